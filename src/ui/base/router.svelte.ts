import { hand } from './handed.ts';
import { formatRoute, parseRoute, plainLook, type Route, type RunLook } from './route.ts';

let current = $state.raw<Route>(parseRoute(location.hash));
// Of two addresses of one page, going back fires both; a pushed one only the first.
for (const event of ['popstate', 'hashchange'])
  addEventListener(event, () => {
    current = parseRoute(location.hash);
  });

/** Where the page is; reactive. */
export function route(): Route {
  return current;
}

export function go(to: Route): void {
  location.hash = formatRoute(to);
}

/** Opens the screen that reads a `.planaria` file. */
export function handOver(file: File): void {
  hand(file);
  go({ screen: 'shared', id: 'file' });
}

export function openRun(id: string): void {
  go({ screen: 'run', id, look: plainLook });
}

/**
 * Change what the run screen looks at. What opens something (a story, a moment, a part of the field) is a step that back undoes; everything
 * else replaces the address, so that back leaves the run instead of undoing each letter of a filter.
 */
export function look(change: Partial<RunLook>): void {
  if (current.screen !== 'run') return;
  const before = current.look;
  const next: Route = { ...current, look: { ...before, ...change } };
  const address = formatRoute(next);
  if (address === formatRoute(current)) return;
  const opens =
    (before.agent === null && next.look.agent !== null) ||
    (before.at === null && next.look.at !== null) ||
    before.report !== next.look.report ||
    next.look.scope.length > before.scope.length;
  if (opens) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  current = next;
}
