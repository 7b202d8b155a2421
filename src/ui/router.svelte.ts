import { formatRoute, parseRoute, plainLook, type Route, type RunLook } from './route.ts';

let current = $state.raw<Route>(parseRoute(location.hash));
addEventListener('hashchange', () => {
  current = parseRoute(location.hash);
});

/** Where the page is; reactive. */
export function route(): Route {
  return current;
}

export function go(to: Route): void {
  location.hash = formatRoute(to);
}

export function openRun(id: string): void {
  go({ screen: 'run', id, look: plainLook });
}

/** Change what the run screen looks at; replaces the address, so that back leaves the run instead of undoing each click. */
export function look(change: Partial<RunLook>): void {
  if (current.screen !== 'run') return;
  const next: Route = { ...current, look: { ...current.look, ...change } };
  history.replaceState(null, '', formatRoute(next));
  current = next;
}
