/**
 * What a run did beside its work and a person may wonder about: why so many seats are in use, what was given up to store results, and what
 * its endpoints would not take.
 */
import type { JournalEvent } from '../../journal/events.ts';
import type { EndpointFigures, RunStatus } from '../protocol/protocol.ts';

/** Notes that are told; each is told to the log once, however many agents it is about. */
const NOTES = 5;
/** Changes of seats that are kept, so that the past can be shown; of an older moment the oldest of them is told. */
const CHANGES = 1000;

/** Steps down that are kept: endpoints have far fewer. */
const LACKS = 50;
const NO_WAITS: EndpointFigures['waits'] = { times: 0, ms: 0, last: null };

type SeatsChanged = NonNullable<RunStatus['seatsChanged']>;
type StorageNote = RunStatus['storageNotes'][number];

export interface SavedAsides {
  readonly seats: readonly { readonly at: number; readonly change: SeatsChanged | null }[];
  readonly storage: readonly StorageNote[];
  readonly lacks: EndpointFigures['lacks'];
  readonly waits: readonly (EndpointFigures['waits'] & { readonly at: number })[];
}

export class Asides {
  #seats: SavedAsides['seats'][number][] = [];
  readonly #storage: StorageNote[] = [];
  readonly #lacks: EndpointFigures['lacks'][number][] = [];
  /** Sums up to and with each wait. */
  #waits: SavedAsides['waits'][number][] = [];

  /** As JSON. */
  saved(): SavedAsides {
    return { seats: this.#seats, storage: this.#storage, lacks: this.#lacks, waits: this.#waits };
  }

  restore({ seats, storage, lacks, waits }: SavedAsides): void {
    this.#seats = [...seats];
    this.#storage.push(...storage);
    this.#lacks.push(...lacks);
    this.#waits = [...waits];
  }

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
    } else if (event.type === 'endpoint.lacks') {
      const { name, without, instead } = event;
      if (this.#lacks.length < LACKS) this.#lacks.push({ at, name, without, instead });
    } else if (event.type === 'endpoint.waits') {
      const { ms, words } = event;
      const { times, ms: before } = this.#waits.at(-1) ?? NO_WAITS;
      this.#waits.push({ at, times: times + 1, ms: before + ms, last: { at, ms, words } });
      if (this.#waits.length > 2 * CHANGES) this.#waits = this.#waits.slice(-CHANGES);
    }
  }

  /** As they stood at that run time, ms. */
  figures(now: number): Pick<RunStatus, 'seatsChanged' | 'storageNotes' | 'endpoint'> {
    const { times, ms, last } = this.#waits.findLast(({ at }) => at <= now) ?? NO_WAITS;
    return {
      endpoint: { lacks: this.#lacks.filter(({ at }) => at <= now), waits: { times, ms, last } },
      seatsChanged: this.#seats.findLast(({ at }) => at <= now)?.change ?? null,
      storageNotes: this.#storage.filter(({ at }) => at <= now).slice(-NOTES),
    };
  }
}
