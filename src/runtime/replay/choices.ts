/** What steps chose, in an incident: places alone, so that a replay chooses the same of placeholders. */
import * as v from 'valibot';
import type { JournalEvent } from '../../journal/events.ts';
import { hasBit } from '../../swarm/picks.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RecordedChoice } from '../tasks/choice-maker.ts';

const MAX_PLACES = 1_000_000;
const MAX_CHOICES = 64;

const whole = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));
const places = v.pipe(v.array(whole(1e9)), v.maxLength(MAX_PLACES));

export const ToldChoices = v.pipe(
  v.array(v.strictObject({ maker: whole(MAX_CHOICES), places, of: whole(1e9) })),
  v.maxLength(MAX_CHOICES),
);
/** Items of the input by the steps that chose of them, in their order; of the items that the incident has. */
export const ToldPicks = v.pipe(v.array(places), v.maxLength(MAX_CHOICES));

/** Reads out of a log what steps chose of what others gave. */
export class ChoiceReader {
  /** Tasks that each maker made so far, those that become one with others aside. */
  readonly #made = new Map<number, number>();
  readonly #placeOf = new Map<number, number>();
  readonly #places = new Map<number, number[]>();
  readonly #choices: RecordedChoice[] = [];

  hear(event: JournalEvent): void {
    if (event.type === 'tasks.made') {
      const { maker, of } = event;
      const places = this.#places.get(maker);
      if (places) this.#choices.push({ maker, places, of });
      return;
    }
    if (event.type !== 'task.created') return;
    const { task, maker, given, from, partial } = event;
    if (maker === undefined || partial) return;
    const place = this.#made.get(maker) ?? 0;
    this.#made.set(maker, place + 1);
    this.#placeOf.set(task, place);
    const [source] = from;
    if (!given || source === undefined) return;
    const places = this.#places.get(maker) ?? [];
    places.push(this.#placeOf.get(source) ?? source);
    this.#places.set(maker, places);
  }

  get choices(): readonly RecordedChoice[] {
    return this.#choices;
  }
}

/** Items that steps chose of the input; undefined where that is none, or all there are. */
export function toldPicks({ tasks }: Pick<RunSetup, 'tasks'>): number[][] | undefined {
  const { picks, items } = tasks;
  if (picks.every((pick) => pick.items === items)) return undefined;
  const all = Array.from({ length: items }, (_, item) => item);
  return picks.map(({ bits }) => all.filter((item) => hasBit(bits, item)));
}

/** Why the choices are none of this swarm's runs; null where they may be. */
export function problemInChoices(
  { tasks }: Pick<RunSetup, 'tasks'>,
  choices: readonly RecordedChoice[],
): string | null {
  const makers = new Set(choices.map(({ maker }) => maker));
  if (makers.size < choices.length) return 'a step chose twice';
  for (const { maker, places } of choices) {
    if (!tasks.makers[maker]?.choice) return `nothing is chosen at step ${String(maker)}`;
    if (new Set(places).size < places.length) return 'a task is chosen twice';
  }
  return null;
}
