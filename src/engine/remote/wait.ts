/** How long a server that takes no request now asks to wait, in each of the ways in which servers say so. */

/** "6m0s", "1.5s", "350ms": durations as Go writes them, and so do rate limits' headers and messages. */
const DURATION = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * @param wall now, ms since the epoch: `Retry-After` may be a date
 * @param words the server's message; browsers show a page no header but those that the server exposes to it (`Retry-After` is not on CORS's
 *   own list), so the message is often all there is: "Please try again in 20s" (OpenAI), `"retryDelay": "34s"` (Google)
 * @returns ms from now, at least 0; null where the server does not say
 */
export function askedWait(headers: Headers, words: string, wall: number): number | null {
  const exact = numberOf(headers.get('retry-after-ms'));
  if (exact !== null) return exact;
  const after = headers.get('retry-after');
  const asked = after === null ? null : retryAfter(after, wall);
  if (asked !== null) return asked;
  const resets = ['requests', 'tokens']
    // Both stand on every answer; the one that was met has nothing left.
    .filter((limit) => headers.get(`x-ratelimit-remaining-${limit}`)?.trim() === '0')
    .map((limit) => durationOf(headers.get(`x-ratelimit-reset-${limit}`) ?? ''))
    .filter((ms) => ms !== null);
  return saidWait(words) ?? (resets.length > 0 ? Math.max(...resets) : null);
}

/** RFC 9110, 10.2.3: seconds, or an HTTP date. Some send fractions of a second. */
function retryAfter(value: string, wall: number): number | null {
  const seconds = numberOf(value);
  if (seconds !== null) return seconds * 1000;
  const spelled = durationOf(value) ?? spelledOut(new RegExp(`^${SPELLED}$`, 'i').exec(value.trim()));
  if (spelled !== null) return spelled;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - wall);
}

const SPAN = '((?:\\d+(?:\\.\\d+)?(?:ms|s|m|h))+)(?![a-z])';
const AGAIN = '(?:try again|retry|wait)(?: in| after| for)?';
const SAID = new RegExp(`${AGAIN} ${SPAN}`, 'i');
const SPELLED = '(\\d+(?:\\.\\d+)?) ?(millisecond|second|sec|minute|min|hour)s?';
const SAID_SPELLED = new RegExp(`${AGAIN} ${SPELLED}\\b`, 'i');
const RETRY_DELAY = new RegExp(`retryDelay\\W+${SPAN}`, 'i');

function saidWait(words: string): number | null {
  const said = (SAID.exec(words) ?? RETRY_DELAY.exec(words))?.[1];
  if (said !== undefined) return durationOf(said);
  return spelledOut(SAID_SPELLED.exec(words));
}

function spelledOut(found: RegExpExecArray | null): number | null {
  const [, amount, unit = ''] = found ?? [];
  return amount === undefined ? null : Number(amount) * (SPELLED_UNITS[unit.slice(0, 3).toLowerCase()] ?? 1000);
}
const SPELLED_UNITS: Readonly<Record<string, number>> = { mil: 1, sec: 1000, min: 60_000, hou: 3_600_000 };

function durationOf(text: string): number | null {
  const parts = [...text.trim().matchAll(DURATION)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return null;
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}

function numberOf(text: string | null): number | null {
  if (text === null || !/^\s*\d+(?:\.\d+)?\s*$/.test(text)) return null;
  return Number(text);
}
