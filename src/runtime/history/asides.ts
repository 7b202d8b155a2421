/** What a run did beside its work and a person may wonder about: why so many seats are in use, and what was given up to store results. */
import type { JournalEvent } from '../../journal/events.ts';
import type { RunStatus } from '../protocol/protocol.ts';

/** Notes that are told; each is told to the log once, however many agents it is about. */
const NOTES = 5;
/** Changes of seats that are kept, so that the past can be shown; of an older moment the oldest of them is told. */
const CHANGES = 1000;

type SeatsChanged = NonNullable<RunStatus['seatsChanged']>;
type StorageNote = RunStatus['storageNotes'][number];

export class Asides {
  #seats: { readonly at: number; readonly change: SeatsChanged | null }[] = [];
  readonly #storage: StorageNote[] = [];

  hear(event: JournalEvent): void {
    const { at, seq } = event;
    if (event.type === 'seats.changed') {
      const { from, to, because } = event;
      this.#seats.push({ at, change: { at, from, to, because } });
      if (this.#seats.length > 2 * CHANGES) this.#seats = this.#seats.slice(-CHANGES);
    } else if (event.type === 'engine.loaded') {
      // A fresh engine has all its seats in use: what was said of the one before is over.
      if (this.#seats.at(-1)?.change) this.#seats.push({ at, change: null });
    } else if (event.type === 'storage.note') {
      this.#storage.push({ seq, at, agent: event.agent, detail: event.detail });
    }
  }

  /** As they stood at that run time, ms. */
  figures(now: number): Pick<RunStatus, 'seatsChanged' | 'storageNotes'> {
    return {
      seatsChanged: this.#seats.findLast(({ at }) => at <= now)?.change ?? null,
      storageNotes: this.#storage.filter(({ at }) => at <= now).slice(-NOTES),
    };
  }
}
