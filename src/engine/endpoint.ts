/** What a person names: address, model and key of an OpenAI-compatible endpoint, as they were typed or pasted, and what is wrong with them. */

export interface RemoteEndpoint {
  /** Of the chat completions. */
  readonly url: string;
  readonly key: string | null;
  readonly model: string;
}

/** What a person gave, as typed. */
export interface TypedEndpoint {
  readonly url: string;
  readonly key: string | null;
  readonly model: string;
}

/** Why what was typed names no endpoint. Never tells the key: of a character in it that cannot be sent, which one and where, from 1. */
export type EndpointFault =
  | { readonly field: 'url'; readonly code: 'no-address' | 'not-secure' | 'key-in-address' }
  | { readonly field: 'model'; readonly code: 'no-model' }
  | {
      readonly field: 'url' | 'model' | 'key';
      readonly code: 'odd-character';
      /** As Unicode writes it, e.g. `U+200B`. */
      readonly character: string;
      readonly at: number;
    };

export type ReadEndpoint =
  { readonly ok: true; readonly endpoint: RemoteEndpoint } | { readonly ok: false; readonly fault: EndpointFault };

/** White space, and what cannot be seen at all: they come along when text is copied from a page, a mail or a terminal. */
const UNSEEN = '[\\s\\p{Cc}\\p{Cf}]';
const WITHIN = new RegExp(UNSEEN, 'u');
/** A header takes no other characters (RFC 9110, 5.5, without the obsolete ones); `fetch` throws a TypeError for them. */
const NO_HEADER = /[^\x20-\x7e]/u;

/** @param typed as a person gave it; what stands around each part and cannot be seen is left out, what stands within is not guessed at */
export function readEndpoint(typed: TypedEndpoint): ReadEndpoint {
  const no = (fault: EndpointFault): ReadEndpoint => ({ ok: false, fault });
  const address = remoteAddress(typed.url);
  if (!address.ok) return no(address.fault);
  const model = trimmed(typed.model);
  if (model === '') return no({ field: 'model', code: 'no-model' });
  const key = bareKey(typed.key ?? '');
  const odd = oddCharacter('model', model, WITHIN, / /g) ?? oddCharacter('key', key, NO_HEADER) ?? oddSpace(key);
  if (odd) return no(odd);
  return { ok: true, endpoint: { url: address.url, key: key === '' ? null : key, model } };
}

/** The address of an endpoint's chat completions, or why this is none. Plain HTTP only on this computer. */
export function remoteAddress(
  text: string,
): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly fault: EndpointFault } {
  const no = (code: 'no-address' | 'not-secure' | 'key-in-address') =>
    ({ ok: false, fault: { field: 'url', code } }) as const;
  if (text.length > MOST_CHARACTERS) return no('no-address');
  const typed = trimmed(text);
  const odd = oddCharacter('url', typed, WITHIN);
  if (odd) return { ok: false, fault: odd };
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    return no('no-address');
  }
  const here = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here)) return no('not-secure');
  if (url.username !== '' || url.password !== '') return no('key-in-address');
  url.hash = '';
  let path = url.pathname;
  while (path.endsWith('/')) path = path.slice(0, -1);
  url.pathname = path.endsWith(CHAT) ? path : `${path}${CHAT}`;
  return { ok: true, url: url.href };
}

/** Of an address: browsers and servers take far fewer. */
const MOST_CHARACTERS = 65_536;

const CHAT = '/chat/completions';

/** Where the endpoint lists its models. */
export function modelsAddress(endpoint: Pick<RemoteEndpoint, 'url'>): string {
  const url = new URL(endpoint.url);
  url.pathname = url.pathname.replace(/\/chat\/completions$/, '/models');
  return url.href;
}

/** The endpoint as it may be shown and logged. */
export const endpointName = ({ url, model }: Pick<RemoteEndpoint, 'url' | 'model'>): string =>
  `${model} at ${new URL(url).host}`;

/** Without what stands around it and is not seen; by hand, as a pattern for an end would begin anew at each character of a run. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  const unseen = (at: number): boolean => WITHIN.test(String.fromCodePoint(text.codePointAt(at) ?? 0x61));
  const isPair = (at: number): boolean => (text.codePointAt(at) ?? 0) > 0xffff;
  while (start < end && unseen(start)) start += isPair(start) ? 2 : 1;
  for (;;) {
    const last = end - (end - 2 >= start && isPair(end - 2) ? 2 : 1);
    if (last < start || !unseen(last)) return text.slice(start, end);
    end = last;
  }
}

/** Pasted as a whole header, or as a shell variable's value: the scheme and one pair of quotes are nobody's key. */
function bareKey(text: string): string {
  const bare = trimmed(text).replace(/^(?:authorization:\s*)?bearer\s+/i, '');
  return /^(["'])(.*)\1$/u.exec(bare)?.[2] ?? bare;
}

function oddCharacter(
  field: 'url' | 'model' | 'key',
  text: string,
  odd: RegExp,
  but: RegExp | null = null,
): EndpointFault | null {
  const found = odd.exec(but ? text.replace(but, '_') : text);
  if (!found) return null;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { field, code: 'odd-character', character: `U+${code}`, at: found.index + 1 };
}

const oddSpace = (key: string): EndpointFault | null => oddCharacter('key', key, /\s/u);
