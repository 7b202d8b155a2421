import { expect, it } from 'vitest';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { Asides } from './asides.ts';

const told = (...bodies: EventBody[]): Asides => {
  const asides = new Asides();
  for (const [k, body] of bodies.entries())
    asides.hear({ ...body, seq: k + 1, at: 1000 * (k + 1), wall: 0 } as unknown as JournalEvent);
  return asides;
};
const loaded = { type: 'engine.loaded', engine: 'webllm', model: 'pocket', ms: 1 } as unknown as EventBody;

it('tells why seats changed until a fresh engine has all of them, and as it stood at any moment', () => {
  const fewer = {
    type: 'seats.changed',
    from: 12,
    to: 11,
    max: 12,
    because: { code: 'idle', percent: 9 },
  } as const;
  const asides = told(loaded, fewer, loaded);
  expect(asides.figures(1500).seatsChanged).toBeNull();
  expect(asides.figures(2500).seatsChanged).toEqual({ at: 2000, from: 12, to: 11, because: fewer.because });
  expect(asides.figures(3000).seatsChanged).toBeNull();
});

it('keeps the newest notes about storage, oldest first', () => {
  const detail = (warm: number) => ({ code: 'made-room', warm, traces: 0 }) as const;
  const note = (k: number): EventBody => ({ type: 'storage.note', agent: -1, detail: detail(k) });
  const asides = told(...Array.from({ length: 7 }, (_, k) => note(k)));
  expect(asides.figures(2500).storageNotes.map((told) => told.detail)).toEqual([detail(0), detail(1)]);
  expect(asides.figures(9999).storageNotes.map((told) => told.detail)).toEqual([2, 3, 4, 5, 6].map(detail));
});

it('tells what endpoints would not take and how often they were waited for, as it stood at any moment', () => {
  const name = 'tiny at host.example';
  const lacks: EventBody = { type: 'endpoint.lacks', name, without: 'seed', instead: null };
  const waits = (ms: number, words: string): EventBody => ({ type: 'endpoint.waits', name, ms, words });
  const asides = told(waits(2000, 'Slow down.'), lacks, waits(500, ''));
  expect(asides.figures(500).endpoint).toEqual({ lacks: [], waits: { times: 0, ms: 0, last: null } });
  expect(asides.figures(2000).endpoint).toEqual({
    lacks: [{ at: 2000, name, without: 'seed', instead: null }],
    waits: { times: 1, ms: 2000, last: { at: 1000, ms: 2000, words: 'Slow down.' } },
  });
  expect(asides.figures(3000).endpoint.waits).toEqual({ times: 2, ms: 2500, last: { at: 3000, ms: 500, words: '' } });
});
