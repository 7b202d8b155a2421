import { ItemMap, type WorkItem } from '../../journal/work-item.ts';
import type { RecordedTurn } from './recorded-turn.ts';

/**
 * Hands out recorded turns, each once, in the order in which the turns of their work item were taken; and counts. Where a replay asks once more
 * than the recording did, the model is taken to say again what it said: a made-up answer, to a placeholder of the input at that, would look
 * like disagreement, and one such turn would bring on the next.
 */
export class Script {
  readonly #turns = new ItemMap<{ readonly list: RecordedTurn[]; next: number }>();
  /** What each agent's turn is to be; `again`: it was played before. */
  readonly #now = new Map<number, { readonly turn: RecordedTurn; readonly again: boolean }>();
  played = 0;
  improvised = 0;

  constructor(turns: readonly RecordedTurn[]) {
    for (const turn of turns) {
      const known = this.#turns.get(turn);
      if (known) known.list.push(turn);
      else this.#turns.set(turn, { list: [turn], next: 0 });
    }
  }

  /** The agent is given the item: this is the next turn of it. */
  assign(agent: number, item: WorkItem): void {
    const turns = this.#turns.get(item);
    const next = turns?.list[turns.next];
    const turn = next ?? turns?.list.findLast(({ finish }) => finish === 'stop');
    if (turns) turns.next++;
    if (turn) this.#now.set(agent, { turn, again: !next });
    else this.#now.delete(agent);
  }

  /** What the agent's turn is to be, once; null where it must be made up. */
  take(agent: number): RecordedTurn | null {
    const now = this.#now.get(agent);
    this.#now.delete(agent);
    if (now && !now.again) this.played++;
    else this.improvised++;
    return now?.turn ?? null;
  }
}
