/**
 * The URL's hash is the page's state: which screen, and on the run screen what is looked at. Back and a copied address both work.
 *
 * `#/` start, `#/read/ID` one example or the file in hand, `#/run/ID?view=table&agent=12`. `#s1:…`, `#s2:…` and `#i1:…` are links that
 * carry what they show; `#/file` is a `.planaria` file that was handed over.
 */

export type FieldView = 'field' | 'table';
export type ResultFilter = 'all' | 'failed' | 'retried' | 'disputed' | 'marked';
export type ResultSort = 'newest' | 'line' | 'attempts' | 'tokens';

export interface RunLook {
  readonly view: FieldView;
  /** Row of the agent whose story is open. */
  readonly agent: number | null;
  /** Run time that is looked at, ms; null: now. */
  readonly at: number | null;
  /** Part of the field: a role, or a shard of it from 1 as `triager/3`; empty: the whole swarm. */
  readonly scope: string;
  readonly only: ResultFilter;
  readonly sort: ResultSort;
  readonly text: string;
  /** The report is on show in place of the swarm. */
  readonly report: boolean;
}

export type Route =
  | { readonly screen: 'start' }
  | { readonly screen: 'read'; readonly id: string }
  /** `id`: the link itself without its `#`, or `file`. */
  | { readonly screen: 'shared'; readonly id: string }
  | { readonly screen: 'run'; readonly id: string; readonly look: RunLook };

export const FILTERS: readonly ResultFilter[] = ['all', 'failed', 'retried', 'disputed', 'marked'];
export const SORTS: readonly ResultSort[] = ['newest', 'line', 'attempts', 'tokens'];

export const plainLook: RunLook = {
  view: 'field',
  agent: null,
  at: null,
  scope: '',
  only: 'all',
  sort: 'newest',
  text: '',
  report: false,
};

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function oneOf<T extends string>(known: readonly T[], value: string | null, otherwise: T): T {
  return known.find((name) => name === value) ?? otherwise;
}

/** A link of any version, whole or broken: what is wrong with it is said on its own screen. */
const LINK = /^#?[si]\d{1,6}:/;

/** Total: what is not understood is the start screen. */
export function parseRoute(hash: string): Route {
  if (LINK.test(hash)) return { screen: 'shared', id: hash.replace(/^#/, '') };
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, screen, rawId] = path.split('/');
  if (screen === 'file') return { screen: 'shared', id: 'file' };
  const id = rawId ? decode(rawId) : null;
  if (!id) return { screen: 'start' };
  if (screen === 'read') return { screen: 'read', id };
  if (screen !== 'run') return { screen: 'start' };
  const asked = new URLSearchParams(query);
  const whole = (key: string): number | null => {
    const text = asked.get(key);
    return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  return {
    screen: 'run',
    id,
    look: {
      view: asked.get('view') === 'table' ? 'table' : 'field',
      agent: whole('agent'),
      at: whole('at'),
      scope: asked.get('in') ?? '',
      only: oneOf(FILTERS, asked.get('only'), 'all'),
      sort: oneOf(SORTS, asked.get('sort'), 'newest'),
      text: asked.get('q') ?? '',
      report: asked.has('report'),
    },
  };
}

export function formatRoute(route: Route): string {
  if (route.screen === 'start') return '#/';
  if (route.screen === 'read') return `#/read/${encodeURIComponent(route.id)}`;
  if (route.screen === 'shared') return route.id === 'file' ? '#/file' : `#${route.id}`;
  const { view, agent, at, scope, only, sort, text, report } = route.look;
  const query = new URLSearchParams();
  if (view !== plainLook.view) query.set('view', view);
  if (agent !== null) query.set('agent', String(agent));
  if (at !== null) query.set('at', String(at));
  if (scope !== plainLook.scope) query.set('in', scope);
  if (only !== plainLook.only) query.set('only', only);
  if (sort !== plainLook.sort) query.set('sort', sort);
  if (text !== '') query.set('q', text);
  if (report) query.set('report', '1');
  const tail = query.toString();
  return `#/run/${encodeURIComponent(route.id)}${tail && `?${tail}`}`;
}
