/** An OpenAI-compatible endpoint on virtual time, with the manners of real ones. */
import type { Clock } from '../../src/kernel/clock.ts';
import type { Random } from '../../src/kernel/random.ts';

const WAYS = [
  'answers',
  'wrong',
  'slow',
  'hangs',
  'breaks off',
  'no JSON',
  'never ends',
  'unreachable',
  429,
  500,
  401,
] as const;

/** `calm`: from then on it does what it should, or nothing at all. */
export function endpointOf(clock: Clock, random: Random, calm: () => boolean): typeof fetch {
  return (_, init) => {
    const signal = init?.signal ?? null;
    const how = calm() ? random.pick(['answers', 'unreachable'] as const) : random.pick(WAYS);
    if (how === 'unreachable') return Promise.reject(new TypeError('Failed to fetch'));
    if (typeof how === 'number') return Promise.resolve(new Response('{"error":{"message":"no"}}', { status: how }));
    if (how === 'hangs') return until(signal);
    return Promise.resolve(
      new Response(body(clock, how, signal), { headers: { 'content-type': 'text/event-stream' } }),
    );
  };
}

const until = (signal: AbortSignal | null): Promise<never> =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(new DOMException('aborted', 'AbortError'));
    });
  });

function body(clock: Clock, how: (typeof WAYS)[number], signal: AbortSignal | null): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const event = (text: string, finish: string | null): Uint8Array =>
    encoder.encode(`data: ${JSON.stringify({ choices: [{ delta: { content: text }, finish_reason: finish }] })}\n\n`);
  return new ReadableStream({
    start(controller) {
      let open = true;
      const say = (bytes: Uint8Array): void => {
        if (open) controller.enqueue(bytes);
      };
      const end = (): void => {
        if (open) controller.close();
        open = false;
      };
      signal?.addEventListener('abort', () => {
        if (open) controller.error(new DOMException('aborted', 'AbortError'));
        open = false;
      });
      const after = how === 'slow' ? 20_000 : 200;
      clock.timeout(after, () => {
        if (how === 'no JSON') say(encoder.encode('data: <html>\n\n'));
        else if (how === 'breaks off') say(event('{"wo', null));
        else if (how === 'never ends') {
          const on = (): void => {
            say(event('and on '.repeat(20), null));
            if (open) clock.timeout(100, on);
          };
          on();
          return;
        } else {
          say(event(how === 'wrong' ? '{"word":"loud"}' : '{"word":"info"}', 'stop'));
          // Some answer twice.
          say(event('{"word":"info"}', 'stop'));
        }
        end();
      });
    },
  });
}
