/**
 * Recorded turns as columns of whole numbers: under deflate a few bytes a turn. Times are counted in `unit` to the millisecond; what mostly
 * equals something else is written as the difference to it.
 */
import * as v from 'valibot';
import { isWorkItem } from '../../journal/work-item.ts';
import { RECORDED_FINISHES, type RecordedTurn } from './recorded-turn.ts';

/** In one piece: there are millions of numbers, and a schema for each would copy them all. */
const column = v.custom<number[]>(
  (given) => Array.isArray(given) && given.every((one) => Number.isSafeInteger(one)),
  'not a list of whole numbers',
);

export const TurnColumns = v.pipe(
  v.strictObject({
    /** 1 or 1000: milliseconds or microseconds. */
    unit: v.picklist([1, 1000]),
    /** Task, as the difference to the one before; step of the flow; finish as its place in RECORDED_FINISHES, -1: none. */
    task: column,
    stage: column,
    /** Slot at the step; absent where it is the first one of all turns. */
    slot: v.exactOptional(column),
    /** When it was submitted, as the step from the one before. */
    at: column,
    finish: column,
    /** Signs of life, 0: none; tokens at the first, and at the last less than in all. */
    signs: column,
    firstTokens: column,
    lastTokens: column,
    /** First sign: after the first token told, else after submission. Last: before the end told, else after the first. */
    first: column,
    last: column,
    /** As told, -1: nothing told; first token after the seat, -1: none; end after the seat. */
    seat: column,
    token: column,
    end: column,
    /** As told, as the step from the one before. */
    rank: column,
    prompt: column,
    cached: column,
    completion: column,
    /** Place in `texts`. */
    text: column,
    /** -1 x log probability x 10,000, -1: none. */
    logprob: column,
    /** Place in `errors` and `retained` together: (error + 1) x 2 + retained. */
    more: column,
    texts: v.array(v.string()),
    errors: v.array(v.string()),
    /** Place in `reads`, from 1, 0: all was read; both absent where that holds for all. */
    read: v.exactOptional(column),
    /** Messages of memory that were left out, then the parts that were read: the first character of each, and the one behind it. */
    reads: v.exactOptional(v.array(column)),
  }),
  v.check(
    ({ unit: _, texts: __, errors: ___, reads: ____, ...columns }) =>
      Object.values(columns).every(({ length }) => length === columns.task.length),
    'columns of different lengths',
  ),
);
export type TurnColumns = v.InferOutput<typeof TurnColumns>;

/** @param unit 1000 keeps the times as they were recorded, 1 rounds them to milliseconds */
export function toColumns(turns: readonly RecordedTurn[], unit: 1 | 1000): TurnColumns {
  const texts = new Places();
  const errors = new Places();
  const reads: number[][] = [];
  const time = (ms: number): number => Math.round(ms * unit);
  let before = 0;
  let rank = 0;
  let sent = 0;
  const rows = turns.map((turn) => {
    const { alive, told, tokens } = turn;
    const step = turn.task - before;
    before = turn.task;
    const rankStep = told ? told[3] - rank : 0;
    rank += rankStep;
    const atStep = time(turn.at) - sent;
    sent += atStep;
    const seat = told ? time(told[0]) : -1;
    const token = told && told[1] !== null ? time(told[1]) - seat : -1;
    const end = told ? time(told[2]) - seat : 0;
    const first = alive ? time(alive[3]) : 0;
    const last = alive ? time(alive[4]) : 0;
    return {
      task: step,
      stage: turn.step,
      slot: turn.slot,
      at: atStep,
      finish: turn.finish === null ? -1 : RECORDED_FINISHES.indexOf(turn.finish),
      signs: alive?.[0] ?? 0,
      firstTokens: alive?.[1] ?? 0,
      lastTokens: alive ? tokens.completion - alive[2] : 0,
      first: token >= 0 ? first - (seat + token) : first,
      last: told ? seat + end - last : last - first,
      seat,
      token,
      end,
      rank: rankStep,
      prompt: tokens.prompt,
      cached: tokens.cached,
      completion: tokens.completion,
      text: texts.of(turn.text),
      logprob: turn.logprob === null ? -1 : Math.max(0, Math.round(-turn.logprob * 10_000)),
      read: turn.read || turn.dropped !== undefined ? reads.push([turn.dropped ?? 0, ...(turn.read ?? []).flat()]) : 0,
      more: (turn.error === null ? 0 : errors.of(turn.error) + 1) * 2 + Number(turn.retained),
    };
  });
  const pick = (name: keyof (typeof rows)[number]): number[] => rows.map((row) => row[name]);
  return {
    unit,
    task: pick('task'),
    stage: pick('stage'),
    ...(rows.some(({ slot }) => slot !== 0) && { slot: pick('slot') }),
    at: pick('at'),
    finish: pick('finish'),
    signs: pick('signs'),
    firstTokens: pick('firstTokens'),
    lastTokens: pick('lastTokens'),
    first: pick('first'),
    last: pick('last'),
    seat: pick('seat'),
    token: pick('token'),
    end: pick('end'),
    rank: pick('rank'),
    prompt: pick('prompt'),
    cached: pick('cached'),
    completion: pick('completion'),
    text: pick('text'),
    logprob: pick('logprob'),
    more: pick('more'),
    texts: texts.list,
    errors: errors.list,
    ...(reads.length > 0 && { read: pick('read'), reads }),
  };
}

/** Total: whatever the numbers are, the turns are such as an engine could have played; those of no work item are left out. */
export function fromColumns(columns: TurnColumns): RecordedTurn[] {
  const { unit } = columns;
  const at = (name: keyof TurnColumns, k: number): number => Number((columns[name] as number[] | undefined)?.[k] ?? 0);
  const count = (name: keyof TurnColumns, k: number): number => Math.max(0, at(name, k));
  const ms = (value: number): number => Math.min(MAX_MS, Math.max(0, value / unit));
  let task = 0;
  let rank = 0;
  let sent = 0;
  const turns = columns.task.map((step, k): RecordedTurn => {
    task += step;
    rank += at('rank', k);
    sent += at('at', k);
    const finish = RECORDED_FINISHES[at('finish', k)] ?? null;
    const seat = at('seat', k);
    const token = at('token', k);
    const end = seat + at('end', k);
    const told =
      seat < 0 || finish === null ? null : ([ms(seat), token < 0 ? null : ms(seat + token), ms(end), rank] as const);
    const first = seat >= 0 && token >= 0 ? at('first', k) + seat + token : at('first', k);
    const last = seat >= 0 ? end - at('last', k) : first + at('last', k);
    const signs = Math.min(MAX_SIGNS, count('signs', k));
    const more = count('more', k);
    const completion = count('completion', k);
    const error = columns.errors[(more >> 1) - 1] ?? null;
    return {
      task,
      step: at('stage', k),
      slot: at('slot', k),
      at: Math.max(0, sent / unit),
      finish,
      alive:
        signs > 0
          ? ([
              signs,
              count('firstTokens', k),
              Math.max(0, completion - at('lastTokens', k)),
              ms(first),
              Math.max(ms(first), ms(last)),
            ] as const)
          : null,
      told,
      tokens: { prompt: count('prompt', k), cached: count('cached', k), completion },
      text: columns.texts[at('text', k)] ?? '',
      logprob: at('logprob', k) < 0 ? null : -at('logprob', k) / 10_000,
      error,
      retained: (more & 1) === 1,
      ...readingOf(columns.reads?.[at('read', k) - 1]),
    };
  });
  return turns.filter(isWorkItem);
}

/** Total, as all of this: parts out of order are none. */
function readingOf(given: readonly number[] = []): Pick<RecordedTurn, 'read' | 'dropped'> {
  const [dropped = 0, ...flat] = given;
  const read: [number, number][] = [];
  for (let k = 0; k + 1 < flat.length; k += 2) {
    const [from = 0, to = 0] = flat.slice(k, k + 2);
    if (from >= (read.at(-1)?.[1] ?? 0) && to >= from) read.push([from, to]);
  }
  return { ...(read.length > 0 && { read }), ...(dropped > 0 && { dropped }) };
}

/** A day: no turn takes longer. */
const MAX_MS = 86_400_000;
/** More signs than any turn has tokens. */
const MAX_SIGNS = 65_536;

/** Texts, each once. */
class Places {
  readonly list: string[] = [];
  readonly #at = new Map<string, number>();

  of(text: string): number {
    const known = this.#at.get(text);
    if (known !== undefined) return known;
    this.#at.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}
