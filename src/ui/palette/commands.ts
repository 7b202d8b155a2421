/** The command line of the run screen, as in k9s: a verb, and what it is about. Pure; whoever opened it carries the command out. */
import type { FaultKind } from '../../runtime/protocol/protocol.ts';

export const VERBS = [
  'pause',
  'resume',
  'break',
  'agent',
  'role',
  'at',
  'live',
  'filter',
  'table',
  'export',
  'share',
  'theme',
  'language',
  'help',
  'stop',
  'back',
] as const;
export type Verb = (typeof VERBS)[number];

export type Command =
  | { readonly verb: Exclude<Verb, 'break' | 'agent' | 'role' | 'at' | 'filter'> }
  | { readonly verb: 'break'; readonly kind: FaultKind | null; readonly agent: number | null }
  | { readonly verb: 'agent'; readonly agent: number }
  | { readonly verb: 'role'; readonly role: string }
  | { readonly verb: 'at'; readonly at: number }
  | { readonly verb: 'filter'; readonly text: string };

/** What names may stand for; the rest is plain text. */
export interface Names {
  readonly kinds: readonly FaultKind[];
  readonly roles: readonly string[];
  readonly agents: number;
  /** Row of the agent of that name; null where there is none. */
  agentRow(name: string): number | null;
}

export type Parsed =
  | { readonly ok: true; readonly command: Command }
  /** The word that is not known; empty where one is missing. */
  | { readonly ok: false; readonly word: string };

/** `42`, `0:42`, `00:42`, `1:02:03`: milliseconds; null for anything else. */
export function momentOf(text: string): number | null {
  const match = /^(?:(?:(\d{1,4}):)?(\d{1,3}):)?(\d{1,7}(?:\.\d{1,3})?)$/.exec(text);
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Math.round(1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds)));
}

export function parseCommand(line: string, names: Names): Parsed {
  const [first = '', ...words] = line.trim().replace(/^:/, '').split(/\s+/);
  const verb = VERBS.find((one) => one === first) ?? only(VERBS.filter((one) => first !== '' && one.startsWith(first)));
  if (!verb) return { ok: false, word: first };
  const [word = '', second = ''] = words;
  const wrong = (what: string): Parsed => ({ ok: false, word: what });
  switch (verb) {
    case 'break': {
      const kind = word === '' ? null : (exactOrOnly(names.kinds, word) ?? undefined);
      if (kind === undefined) return wrong(word);
      const agent = second === '' ? null : agentOf(second, names);
      if (second !== '' && agent === null) return wrong(second);
      return { ok: true, command: { verb, kind, agent } };
    }
    case 'agent': {
      const agent = agentOf(word, names);
      return agent === null ? wrong(word) : { ok: true, command: { verb, agent } };
    }
    case 'role': {
      const [name = '', shard] = word.split('/');
      const role = exactOrOnly(names.roles, name);
      return role ? { ok: true, command: { verb, role: shard ? `${role}/${shard}` : role } } : wrong(word);
    }
    case 'at': {
      const at = momentOf(word);
      return at === null ? wrong(word) : { ok: true, command: { verb, at } };
    }
    case 'filter':
      return { ok: true, command: { verb, text: words.join(' ') } };
    default:
      return { ok: true, command: { verb } };
  }
}

/** Whole lines that begin as this one does, the best first; at most `most`. */
export function completions(line: string, names: Names, most: number): string[] {
  const [first = '', ...words] = line.trimStart().replace(/^:/, '').split(/\s+/);
  if (words.length === 0) return VERBS.filter((verb) => verb.startsWith(first)).slice(0, most);
  const verb = VERBS.find((one) => one === first);
  if (words.length > 1) return [];
  const [word = ''] = words;
  const among = verb === 'break' ? names.kinds : verb === 'role' ? names.roles : [];
  return among
    .filter((name) => name.includes(word))
    .sort((a, b) => Number(b.startsWith(word)) - Number(a.startsWith(word)))
    .slice(0, most)
    .map((name) => `${first} ${name}`);
}

/** By its row (`42`) or by its name (`triager.0042`). */
function agentOf(word: string, names: Names): number | null {
  if (/^\d{1,9}$/.test(word)) return Number(word) < names.agents ? Number(word) : null;
  return names.agentRow(word);
}

function exactOrOnly<Name extends string>(among: readonly Name[], word: string): Name | null {
  if (word === '') return null;
  return among.find((name) => name === word) ?? only(among.filter((name) => name.startsWith(word)));
}

function only<T>(found: readonly T[]): T | null {
  return found.length === 1 ? (found[0] ?? null) : null;
}
