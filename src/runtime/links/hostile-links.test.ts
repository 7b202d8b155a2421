/** What strangers may hand over, through the ways in that the page has: each answer names what is wrong, soon, and nothing runs. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import { parseFaultPlan } from '../../chaos/fault-plan.ts';
import { systemClock } from '../../kernel/clock.ts';
import { seededRandom } from '../../kernel/random.ts';
import { packContainer } from '../../swarm/container.ts';
import { encodeLink, type LinkCodec } from '../../swarm/link.ts';
import { readIncident, writeIncident } from '../replay/incident.ts';
import { ReplaySession } from '../replay/session.ts';
import { recordedRun } from '../replay/testing/recorded-run.ts';
import { SWARM } from '../testing/world.ts';
import { Links } from './links.ts';

const links = new Links({
  clock: systemClock(),
  random: seededRandom(1),
  store: new MemoryStore(new MemoryDisk()),
  examples: { list: () => Promise.resolve([]), swarm: () => Promise.resolve(''), input: () => Promise.resolve('') },
  // Nothing that is asked here may even look for one.
  runtime: () => {
    throw new Error('a link was read, and a runtime was wanted');
  },
});

const linkOf = async (text: string, codec: LinkCodec): Promise<string> => {
  const link = await encodeLink(text, codec);
  if (!link.ok) throw new Error(link.error.message);
  return link.value;
};
const fileOf = async (kind: 'swarm' | 'incident', text: string): Promise<Blob> => {
  const file = await packContainer({ kind, text });
  if (!file.ok) throw new Error(file.error.message);
  return new Blob([file.value]);
};

type Json = Record<string, unknown>;
let good: string;
beforeAll(async () => {
  const person: NonNullable<Parameters<typeof recordedRun>[1]>['person'] = (event, hands) => {
    if (event.type !== 'engine.loaded') return;
    hands.after(300.25, (runtime, id) => void runtime.pause(id));
    hands.after(900.75, (runtime, id) => void runtime.resume(id));
  };
  good = writeIncident(await recordedRun(3, { tasks: 60, kinds: ['stall', 'worker-kill', 'quota'], person }), true);
});
const changed = (change: (json: Json) => void): string => {
  const json = JSON.parse(good) as Json;
  change(json);
  return JSON.stringify(json);
};

describe('a link that was changed on the way', () => {
  const link = linkOf(SWARM, 's1');
  const character = fc.constantFrom(...'AZaz09-_.:#%+/ é\u0000🪱');
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const change = fc.oneof(
    fc.record({ do: fc.constant('cut' as const), place }),
    fc.record({ do: fc.constant('put' as const), place, character }),
    fc.record({ do: fc.constant('swap' as const), place, character }),
    fc.record({ do: fc.constant('twice' as const), place }),
    fc.record({ do: fc.constant('drop' as const), place }),
  );

  test('never opens as another text than was shared', async () => {
    const whole = await link;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let text = whole;
        for (const one of changes) {
          const at = Math.floor(one.place * text.length);
          if (one.do === 'cut') text = text.slice(0, at);
          else if (one.do === 'put') text = text.slice(0, at) + one.character + text.slice(at);
          else if (one.do === 'swap') text = text.slice(0, at) + one.character + text.slice(at + 1);
          else if (one.do === 'drop') text = text.slice(0, at) + text.slice(at + 1);
          else text = text.slice(0, at) + text.slice(at) + text.slice(at);
        }
        const opened = await links.read(text);
        // The checksum may be missing whole, and then the text speaks for itself.
        if (opened.kind !== 'broken') expect(opened.swarm.text).toBe(SWARM);
        else expect(opened.problem).not.toBe('not-ours');
        expect((await links.replay(text)).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('a file with any byte changed, cut or put in is named for what it is', async () => {
    const bytes = new Uint8Array(await (await fileOf('incident', good)).arrayBuffer());
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), async (where, by, cut) => {
        const at = Math.floor(where * bytes.length);
        const other = bytes.slice(0, cut ? at : bytes.length);
        if (!cut) other[at] = other[at]! ^ by;
        const opened = await links.read(new Blob([other]));
        if (opened.kind !== 'broken') throw new Error(`byte ${String(at)} was not missed`);
        const known = at < 8 ? ['not-a-link'] : ['truncated', 'broken', 'unknown-version'];
        expect(known).toContain(opened.problem);
      }),
      { numRuns: 120 },
    );
  });
});

describe('a swarm file with hostile numbers', () => {
  test.each([
    ['agents', 'replicas: 6', 'replicas: 1000000000'],
    ['agents as a float', 'replicas: 6', 'replicas: 1e308'],
    ['agents beyond all numbers', 'replicas: 6', 'replicas: 1e999'],
    ['agents below none', 'replicas: 6', 'replicas: -1'],
    ['agents that are no number', 'replicas: 6', 'replicas: .nan'],
    ['seats', 'resident: 4', 'resident: 1e12'],
    ['memory', 'resident: 4', 'resident: 4, vram: 99999999999 GiB'],
    ['tokens of a turn', 'tokens: 64', 'tokens: 4294967296'],
    ['a deadline before it began', 'deadline: 5s', 'deadline: -5s'],
    ['a deadline of ages', 'deadline: 5s', 'deadline: 999999999h'],
    ['a seed', 'seed: 7', 'seed: 1e40'],
    ['a share', 'share: 0.25', 'share: 40000000'],
    ['a model at an address', 'seed: 7', 'model: https://models.example/x.wasm'],
    ['a tool', 'seed: 7', 'tools: [fetch]'],
    ['an endpoint', 'seed: 7', 'endpoint: https://far.example'],
    ['a list without end', 'seed: 7', `notes: ${'['.repeat(5000)}`],
    ['names that multiply', 'seed: 7', 'a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]'],
  ])('%s: says where, and cannot run', async (_, from, to) => {
    const text = SWARM.replace(from, to);
    expect(text).not.toBe(SWARM);
    const opened = await links.read(await linkOf(text, 's1'));
    if (opened.kind !== 'swarm' || opened.checked.ok) throw new Error('it was taken');
    const [first] = opened.checked.diagnostics;
    expect(first?.line).toBeGreaterThan(1);
    expect(first?.message).not.toBe('');
    // The same inside an incident.
    const inIncident = changed((json) => (json.swarm = { name: 'x.yaml', text }));
    expect(await links.read(await linkOf(inIncident, 'i1'))).toMatchObject({
      kind: 'broken',
      problem: 'not-ours',
      detail: expect.stringMatching(/./) as string,
    });
  });
});

describe('an incident with hostile content', () => {
  test.each<[string, (json: Json) => void, RegExp]>([
    [
      'faults without number',
      (json) => (json.faults = Array<unknown>(20_000).fill((json.faults as unknown[])[0])),
      /faults/,
    ],
    ['a time before the start', (json) => ((json.faults as Json[])[0]!.at = -1), /faults\.0\.at/],
    ['a fault that lasts for ages', (json) => ((json.faults as Json[])[0]!.forMs = 1e15), /forMs/],
    ['an unknown fault', (json) => ((json.faults as Json[])[0]!.kind = 'erase'), /kind/],
    ['more seats than any GPU', (json) => ((json.engines as Json[])[0]!.residents = 65_536), /residents/],
    ['no seat', (json) => ((json.engines as Json[])[0]!.residents = 0), /residents/],
    ['a pause in the far future', (json) => ((json.words as Json[])[0]!.at = 1e18), /words/],
    ['a word that nobody says', (json) => ((json.words as Json[])[0]!.do = 'delete'), /words/],
    ['a start that no calendar has', (json) => ((json.run as Json).startedAt = 1e300), /startedAt/],
    ['a start before all calendars', (json) => ((json.run as Json).startedAt = -1e300), /startedAt/],
    ['a model by address', (json) => ((json.run as Json).model = '//host/x'), /model/],
    ['columns that are no numbers', (json) => ((json.turns as Json).task = ['1']), /turns/],
    ['columns of different lengths', (json) => ((json.turns as Json).task = [1]), /turns|lengths/],
    ['a key of its own', (json) => (json.remote = { url: 'https://far.example' }), /remote/],
    [
      'a prototype',
      (json) => Object.defineProperty(json, '__proto__', { value: { a: 1 }, enumerable: true }),
      /__proto__/,
    ],
  ])('%s: refused, and told where', async (_, change, where) => {
    const text = changed(change);
    for (const source of [
      await fileOf('incident', text),
      ...(text.length < 900_000 ? [await linkOf(text, 'i1')] : []),
    ]) {
      const opened = await links.read(source);
      expect(opened).toMatchObject({ kind: 'broken', problem: 'not-ours' });
      expect(opened.kind === 'broken' && opened.detail).toMatch(where);
      expect((await links.replay(source)).ok).toBe(false);
    }
  });

  test.each([
    ['a hundred million brackets', '['.repeat(90 * 2 ** 20)],
    ['thirty million lists', `[${'[],'.repeat(30 * 2 ** 20)}[]]`],
    ['maps in maps', '{"a":'.repeat(15 * 2 ** 20)],
  ])(
    '%s in a file of 100 kB are not even parsed',
    async (_, text) => {
      for (const kind of ['swarm', 'incident'] as const) {
        const file = await fileOf(kind, text);
        expect(file.size).toBeLessThan(300_000);
        expect(await links.read(file)).toMatchObject({ kind: 'broken', problem: 'not-ours' });
      }
    },
    60_000,
  );

  test('a bomb in a file is stopped at 96 MiB', async () => {
    const zeros = new Blob([new Uint8Array(97 * 2 ** 20).fill(0x20)]);
    const body = new Uint8Array(
      await new Response(zeros.stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer(),
    );
    const { crc32c } = await import('../../kernel/checksum.ts');
    const file = new Uint8Array(20 + body.length);
    file.set([0x89, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a, 0x1a, 0, 1, 0, 2]);
    new DataView(file.buffer).setUint32(12, body.length);
    new DataView(file.buffer).setUint32(16, crc32c(body));
    file.set(body, 20);
    expect(await links.read(new Blob([file]))).toMatchObject({ kind: 'broken', problem: 'too-long' });
    expect(await links.read(new Blob([new Uint8Array(101 * 2 ** 20)]))).toMatchObject({ problem: 'too-long' });
  }, 60_000);

  test('what is taken has bounds: the review can show it, its faults are a plan, and its replay neither throws nor stands', async () => {
    const json = JSON.parse(good) as Json;
    const paths = (node: unknown, at: (string | number)[] = []): (string | number)[][] =>
      typeof node === 'object' && node !== null
        ? Object.entries(node).flatMap(([key, child]) => paths(child, [...at, Array.isArray(node) ? Number(key) : key]))
        : typeof node === 'number'
          ? [at]
          : [];
    const [columns, few] = [true, false].map((of) => paths(json).filter(([first]) => (first === 'turns') === of));
    if (!columns || !few) throw new Error('no numbers');
    const extreme = fc.constantFrom(
      -1,
      -(2 ** 31),
      0,
      0.5,
      1,
      63,
      65_536,
      1e9,
      31 * 86_400_000,
      2 ** 53 - 1,
      2 ** 53,
      1e308,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.oneof(fc.constantFrom(...few), fc.constantFrom(...columns)), extreme), {
          minLength: 1,
          maxLength: 5,
        }),
        async (changes) => {
          const text = changed((copy) => {
            for (const [path, value] of changes) {
              let node = copy as Record<string | number, unknown>;
              for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, unknown>;
              node[path.at(-1)!] = value;
            }
          });
          const opened = await links.read(await linkOf(text, 'i1'));
          if (opened.kind === 'broken') {
            expect(opened.detail).not.toBe('');
            return;
          }
          if (opened.kind !== 'incident') throw new Error('an incident became a swarm');
          const { facts, plan } = opened;
          expect(() => new Date(facts.startedAt + facts.ms).toISOString()).not.toThrow();
          expect([facts.ms, facts.mended, ...facts.faults.map(({ at }) => at)].every((n) => n >= 0)).toBe(true);
          const read = readIncident(text);
          if (!read.ok) throw new Error(read.error.detail);
          if (plan !== null) expect(parseFaultPlan('p.json', plan, read.value.plan.layout)).toMatchObject({ ok: true });
          const session = await ReplaySession.open('replay-1', read.value, systemClock());
          let steps = 0;
          await session.clock.run(() => session.over || ++steps > 4000, 600_000);
          await session.close();
        },
      ),
      { numRuns: 120 },
    );
  }, 120_000);
});

test('a file of 50 MB opens, and tells what is in it', async () => {
  const random = seededRandom(5);
  const noise = Array.from({ length: 40_000 }, () => random.int(2 ** 31).toString(36)).join(' ');
  const input = Array.from({ length: 200 }, (_, k) => `${String(k)} ${noise.slice(k)}`)
    .join('\n')
    .slice(0, 50_000_000);
  const shared = await links.share(
    { swarm: { file: 'big.yaml', text: SWARM }, input: { name: 'big.log', text: input } },
    true,
  );
  expect(shared.link).toBeNull();
  const opened = await links.read(shared.file.blob);
  expect(opened).toMatchObject({ kind: 'swarm', input: { name: 'big.log' }, checked: { ok: true } });
  expect(opened.kind === 'swarm' && opened.input?.text === input).toBe(true);
}, 60_000);
