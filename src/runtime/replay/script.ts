import { ItemMap, type WorkItem } from '../../journal/work-item.ts';
import type { RecordedTurn } from './recorded-turn.ts';

/** Hands out recorded turns, each once, in the order in which the turns of their work item were taken; and counts. */
export class Script {
  readonly #turns = new ItemMap<{ readonly list: RecordedTurn[]; next: number }>();
  /** What each agent's turn is to be; null: the record has none. */
  readonly #now = new Map<number, RecordedTurn | null>();
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
    const turn = turns?.list[turns.next] ?? null;
    if (turns) turns.next++;
    this.#now.set(agent, turn);
  }

  /** What the agent's turn is to be, once; null where it must be made up. */
  take(agent: number): RecordedTurn | null {
    const turn = this.#now.get(agent) ?? null;
    this.#now.delete(agent);
    if (turn) this.played++;
    else this.improvised++;
    return turn;
  }
}
