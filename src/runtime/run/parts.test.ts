/** Texts in parts, through the whole runtime: what becomes of each part, and of what the parts came to. */
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { TurnRequest } from '../../engine/contract.ts';
import type { ResultRow } from '../../store/records.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { World } from '../testing/world.ts';
import { type GraphRun, type LivedGraph, runGraph } from '../testing/graph-runs.ts';

const OUTPUT = {
  type: 'object',
  properties: {
    level: { enum: ['low', 'mid', 'high'] },
    found: { type: 'array', items: { type: 'string', 'x-copied-from': 'input' } },
  },
  required: ['level', 'found'],
};

/** A swarm over those steps; the reader says what of its part is in capitals, and how bad it is. */
const fileOf = (flow: readonly object[], { roles = {}, input = {} } = {}): string =>
  stringify({
    planaria: 1,
    name: 'parts',
    budget: { resident: 4 },
    input: { format: 'jsonl', field: 'text', ...input },
    roles: { reader: { replicas: 3, prompt: 'Read.', output: OUTPUT }, ...roles },
    flow,
  });

const read = (text: string): string =>
  JSON.stringify({
    level: text.includes('BAD') ? 'high' : text.includes('ODD') ? 'mid' : 'low',
    found: text.match(/\b[A-Z]{3,}\b/g) ?? [],
  });

const says = ({ prefix, messages }: TurnRequest) => {
  const role = prefix[0]?.content ?? '';
  const given = messages.at(-1)?.content ?? '';
  if (role === 'Read.') return { kind: 'say', text: read(given) } as const;
  return { kind: 'say', text: `${role} ${given}` } as const;
};

const texts = (...all: readonly string[]): string[] => all.map((text) => JSON.stringify({ text }));
const run = (file: string, items: readonly string[], how: Partial<GraphRun> = {}): Promise<LivedGraph> =>
  runGraph(file, items, { seed: 1, faults: 0, kills: [], says, ...how });

const of = (rows: readonly ResultRow[], name: string | null): ResultRow[] =>
  rows.filter((row) => (row.of ?? null) === name);

const SPLIT = { name: 'parts', each: 'input', split: { by: 'lines', size: 2 } };

describe('a text in parts', () => {
  const FLOW = [SPLIT, { role: 'reader', each: 'parts' }, { name: 'whole', merge: 'reader' }];

  test('comes to one result by rules of the schema, and each part to a row of its own', async () => {
    const { rows } = await run(fileOf(FLOW), texts('ONE fine\ntwo\nTHREE ODD\nfour\nFIVE', 'nothing here'));
    const items = of(rows, null);
    expect(items.map(({ output }) => output)).toEqual([
      { level: 'mid', found: ['ONE', 'THREE', 'ODD', 'FIVE'] },
      { level: 'low', found: [] },
    ]);
    expect(items.map(({ outputs }) => outputs)).toEqual([{ parts: { parts: 3 } }, { parts: { parts: 1 } }]);
    expect(items.map(({ agent, attempts, failure, missing }) => [agent, attempts, failure, missing])).toEqual([
      ['', 0, null, undefined],
      ['', 0, null, undefined],
    ]);
    expect(of(rows, 'parts').map(({ input }) => input)).toEqual([
      'ONE fine\ntwo',
      'THREE ODD\nfour',
      'FIVE',
      'nothing here',
    ]);
    expect(of(rows, 'parts').map(({ outputs }) => outputs?.parts)).toEqual([
      { part: 1, of: 3, first: 1, last: 1 },
      { part: 2, of: 3, first: 1, last: 1 },
      { part: 3, of: 3, first: 1, last: 1 },
      { part: 1, of: 1, first: 2, last: 2 },
    ]);
  });

  test('that fits one part costs one turn, no text in the log, and a few short events', async () => {
    const { rows, events } = await run(fileOf(FLOW), texts('one hunter BAD'));
    expect(of(rows, null)[0]?.output).toEqual({ level: 'high', found: ['BAD'] });
    expect(events.filter(({ type }) => type === 'turn.ended')).toHaveLength(1);
    expect(JSON.stringify(events.filter(({ type }) => type === 'task.created'))).not.toContain('hunter');
  });

  test('says which parts are not in what they came to: those that failed, and those that no condition lets pass', async () => {
    const flow = [
      SPLIT,
      { role: 'reader', each: 'parts' },
      { name: 'whole', merge: 'reader', where: { level: { gte: 'mid' } } },
    ];
    const { rows } = await run(fileOf(flow), texts('BAD\n1\nfine\n1\nODD\n1\nNOISE\n1', 'fine'), {
      says: (request) =>
        request.messages.at(-1)?.content.includes('NOISE') ? { kind: 'say', text: 'no answer' } : says(request),
    });
    const [first, second] = of(rows, null);
    expect(of(rows, 'parts').filter(({ failure }) => failure === 'json-invalid')).toHaveLength(1);
    expect(first).toMatchObject({
      failure: null,
      output: { level: 'high', found: ['BAD', 'ODD'] },
      missing: { whole: [2, 4] },
    });
    // Of no part there was anything: that it was split is all that is known.
    expect(second).toMatchObject({ failure: null, output: { parts: 1 }, step: 'parts', missing: { whole: [1] } });
  });

  test('goes on with what its parts came to: read beside the text, reviewed, looked at by a condition, grouped by line', async () => {
    const flow = [
      ...FLOW,
      { name: 'bad', each: 'whole', where: { level: 'high' } },
      { role: 'writer', each: 'bad', with: 'input' },
      { role: 'critic', reviews: 'whole' },
      { name: 'levels', each: 'whole', group: { by: ['level'] } },
    ];
    const roles = { writer: { prompt: 'Write:' }, critic: { prompt: 'Check:' } };
    const { rows } = await run(fileOf(flow, { roles }), texts('BAD\nx\ny', 'fine\nx\ny'));
    const [bad, fine] = of(rows, null);
    expect(bad?.output).toBe('Write: BAD\nx\ny\n{"level":"high","found":["BAD"]}');
    expect(fine).toMatchObject({ step: 'whole', output: { level: 'low' } });
    expect([bad, fine].map((row) => row?.review?.output ?? row?.outputs?.critic)).toEqual([
      expect.stringContaining('"high"'),
      expect.stringContaining('"low"'),
    ]);
    expect(of(rows, 'levels').map(({ line, output }) => [line, (output as { lines: number[] }).lines])).toEqual([
      [1, [1]],
      [2, [2]],
    ]);
  });

  test('by a role: it reads what parts gave, in their order and by their lines, in several turns where that does not fit one', async () => {
    const flow = [SPLIT, { role: 'reader', each: 'parts' }, { name: 'whole', merge: 'reader', role: 'editor' }];
    const roles = { editor: { replicas: 2, prompt: 'Sum up.' + ' Be brief.'.repeat(120) } };
    const lines = Array.from({ length: 40 }, (_, k) => `row ${String(k)}`).join('\n');
    const { rows } = await run(fileOf(flow, { roles }), texts(lines, 'one'), {
      says: (request) =>
        request.prefix[0]?.content === 'Read.'
          ? says(request)
          : { kind: 'say', text: `sum of ${String(request.messages.at(-1)?.content.split('\n').length)}` },
    });
    const turns = of(rows, 'whole');
    const [long, short] = of(rows, null);
    const read = turns
      .filter(({ line, partial }) => line === 1 && partial)
      .flatMap(({ input }) => input.match(/^part \d+ of 20/gm) ?? []);
    expect(read).toEqual(Array.from({ length: 20 }, (_, k) => `part ${String(k + 1)} of 20`));
    const top = turns.find(({ line, partial }) => line === 1 && !partial);
    expect(long).toMatchObject({ output: top?.output, agent: top?.agent, failure: null });
    expect(long?.missing).toBeUndefined();
    expect(short?.output).toBe('sum of 1');
    expect(turns.filter(({ line }) => line === 2).map(({ input }) => input)).toEqual([
      'part 1 of 1: {"level":"low","found":[]}',
    ]);
  });

  test('ends as what the role that merges failed with', async () => {
    const flow = [SPLIT, { role: 'reader', each: 'parts' }, { name: 'whole', merge: 'reader', role: 'editor' }];
    const roles = { editor: { prompt: 'Sum up.', attempts: 1 } };
    const { rows } = await run(fileOf(flow, { roles }), texts('one\ntwo'), {
      says: (request) => (request.prefix[0]?.content === 'Read.' ? says(request) : { kind: 'say', text: '' }),
    });
    expect(of(rows, null)[0]).toMatchObject({ failure: 'output-empty', outputs: { parts: { parts: 1 } } });
  });

  test('that a role wrote is split as soon as it is written', async () => {
    const flow = [
      { role: 'writer', each: 'input' },
      { ...SPLIT, each: 'writer', split: { by: 'lines', size: 1 } },
      { role: 'reader', each: 'parts' },
      { name: 'whole', merge: 'reader' },
    ];
    const { rows } = await run(fileOf(flow, { roles: { writer: { prompt: 'Two BAD\nlines' } } }), texts('of ONE'));
    expect(of(rows, 'parts').map(({ input }) => input)).toEqual(['Two BAD', 'lines of ONE']);
    expect(of(rows, null)[0]).toMatchObject({
      output: { level: 'high', found: ['BAD', 'ONE'] },
      outputs: { writer: 'Two BAD\nlines of ONE' },
    });
  });

  test('has its parts on their own lines of the input, where it stands on several', async () => {
    const log = ['2026-01-02 error BAD', '  at first', '  at second', '  at third ODD', '2026-01-02 fine'];
    const input = { format: 'lines', field: undefined, join: 'traces' };
    const { rows } = await run(fileOf(FLOW, { input }), log);
    expect(of(rows, 'parts').map(({ line, lastLine }) => [line, lastLine])).toEqual([
      [1, 2],
      [3, 4],
      [5, undefined],
    ]);
    expect(of(rows, null).map(({ line, lastLine }) => [line, lastLine])).toEqual([
      [1, 4],
      [5, undefined],
    ]);
  });

  test('is read with what stands around each part, and copies come from the part alone', async () => {
    const flow = [
      { ...SPLIT, split: { by: 'lines', size: 1, context: { first: 20, before: 5, after: 5 } } },
      { role: 'reader', each: 'parts' },
      { name: 'whole', merge: 'reader' },
    ];
    const asked: string[] = [];
    const { rows } = await run(fileOf(flow), texts('TITLE\nONE\nTWO'), {
      says: (request) => {
        const given = request.messages.at(-1)?.content ?? '';
        asked.push(given);
        return { kind: 'say', text: read(given.split('\n').at(-1) ?? '') };
      },
    });
    expect(asked.find((given) => given.includes('2 of 3'))).toBe(
      '[The text begins with]\nTITLE\n[After this part]\nTWO\n[Part 2 of 3]\nONE',
    );
    expect(of(rows, 'parts').map(({ input }) => input)).toEqual(['TITLE', 'ONE', 'TWO']);
    const wrong = await run(fileOf(flow), texts('TITLE\nONE'), {
      says: ({ messages }) => ({ kind: 'say', text: read(messages.at(-1)?.content ?? '') }),
    });
    expect(of(wrong.rows, 'parts').map(({ failure }) => failure)).toEqual(['not-copied', 'not-copied']);
  });

  test('of more parts than there may be ends as that, and parts on which nobody works are rows all the same', async () => {
    const flow = [
      { ...SPLIT, split: { by: 'lines', size: 1 } },
      { role: 'reader', each: 'parts', where: { part: 1 } },
      { name: 'whole', merge: 'reader' },
    ];
    const { rows } = await run(fileOf(flow), texts('a\n'.repeat(10_001), 'a\n'.repeat(300)));
    expect(of(rows, null).map(({ failure, output }) => [failure, output])).toEqual([
      ['too-many-parts', null],
      [null, { level: 'low', found: [] }],
    ]);
    // Parts on which nobody works are rows as code made them.
    expect(of(rows, 'parts')).toHaveLength(300);
    expect(of(rows, 'parts')[1]).toMatchObject({ output: { part: 2, of: 300 }, agent: '', attempts: 0, failure: null });
    expect(of(rows, null)[1]?.missing?.whole).toHaveLength(299);
  });

  test('whose parts are alike is asked once for them', async () => {
    const flow = [
      { ...SPLIT, split: { by: 'lines', size: 1 } },
      { role: 'reader', each: 'parts', dedupe: true },
      { name: 'whole', merge: 'reader' },
    ];
    const all = texts('took 1 ms\ntook 22 ms\ntook 3 ms', 'took 4 ms');
    const { rows, events } = await run(fileOf(flow), all);
    expect(events.filter(({ type }) => type === 'turn.ended')).toHaveLength(1);
    const reloaded = await run(fileOf(flow), all, { kills: [30, 60, 500] });
    expect(of(reloaded.rows, null).map(({ output }) => output)).toEqual(of(rows, null).map(({ output }) => output));
    expect(of(rows, 'parts').filter(({ shared }) => shared !== undefined)).toHaveLength(3);
    expect(of(rows, null).map(({ output }) => output)).toEqual([
      { level: 'low', found: [] },
      { level: 'low', found: [] },
    ]);
  });

  test('is its own result where nothing merges: split into so many, and collected or grouped by part', async () => {
    const flow = [
      { ...SPLIT, split: { by: 'lines', size: 1 } },
      { role: 'reader', each: 'parts' },
      { name: 'levels', each: 'reader', group: { by: ['level'], order: ['level'] } },
      { role: 'editor', collect: 'reader' },
    ];
    const { rows } = await run(fileOf(flow, { roles: { editor: { prompt: 'All:' } } }), texts('BAD\nx', 'y'));
    expect(of(rows, null).map(({ output, failure }) => [output, failure])).toEqual([
      [{ parts: 2 }, null],
      [{ parts: 1 }, null],
    ]);
    expect(of(rows, 'levels').map(({ output }) => (output as { count: number }).count)).toEqual([1, 2]);
    expect(of(rows, 'editor')[0]?.input.split('\n')).toHaveLength(3);
  });

  test('does not wait for parts of other texts', async () => {
    const { events } = await run(fileOf(FLOW), texts('a\nb', ...Array.from({ length: 30 }, () => 'c\nd\ne\nf\ng\nh')));
    const first = events.findIndex((event) => event.type === 'task.committed' && event.task === 0);
    const others = events.slice(first).filter(({ type }) => type === 'turn.started');
    expect(others.length).toBeGreaterThan(60);
  });

  test('is split once, however often its tab is killed', { timeout: 0 }, async () => {
    for (let seed = 0; seed < 12; seed++) {
      const kills = Array.from({ length: 6 }, (_, k) => 20 + 137 * k * (seed + 1));
      const { rows, events } = await run(fileOf(FLOW), texts('ONE\ntwo\nTHREE', 'a\nb\nc\nd\ne'), { seed, kills });
      expect(events.filter(({ type }) => type === 'task.created')).toHaveLength(5);
      expect(of(rows, null).map(({ output }) => output)).toEqual([
        { level: 'low', found: ['ONE', 'THREE'] },
        { level: 'low', found: [] },
      ]);
    }
  });

  test('is cut at 262,144 characters, and its row says so', async () => {
    const flow = [
      { ...SPLIT, split: { by: 'characters', size: 100_000 } },
      { role: 'reader', each: 'parts' },
      { name: 'whole', merge: 'reader' },
    ];
    const { rows } = await run(fileOf(flow), texts(`BAD ${'x '.repeat(150_000)}`));
    expect(of(rows, 'parts')).toHaveLength(3);
    expect(of(rows, null)[0]).toMatchObject({ failure: null, read: [{ characters: 300_004, read: [[0, 262_144]] }] });
  });

  test('is not split again where its row, or that of a part, can no longer be read', async () => {
    const world = await World.create(1);
    const open = () => world.tab({ fault: says });
    let tab = open();
    const reply = await world.clock.track(
      tab.runtime.start({
        swarm: { file: 'parts.yaml', text: fileOf(FLOW) },
        input: { name: 'parts.jsonl', text: texts('ONE\ntwo\nTHREE', 'four').join('\n') },
        engine: 'scripted',
      }),
    );
    if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
    const id = reply.runId;
    const ended = async (): Promise<ResultRow[]> => {
      let status: RunStatus | null = null;
      await tab.runtime.watch(id, (frame) => void (status = frame.status));
      const done = () => (status as RunStatus | null)?.phase === 'done';
      expect(await world.clock.run(done, world.clock.now() + 3_600_000)).toBe(true);
      await world.clock.advance(2000);
      const rows: ResultRow[] = [];
      await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
      return rows.toSorted((a, b) => a.task - b.task);
    };
    const before = await ended();
    for (const lost of [[0], [2], [0, 2, 3]]) {
      tab.kill();
      for (const task of lost) {
        const stored = (await world.db.table('results').get([id, task] as never)) as { body: string };
        await world.db.table('results').put({ ...stored, body: `${stored.body.slice(0, -2)}x}` });
      }
      tab = open();
      expect(await world.clock.track(tab.runtime.open(id))).toBe(true);
      const after = await ended();
      expect(after.map(({ task, input, output, failure }) => [task, input, output, failure])).toEqual(
        before.map(({ task, input, output, failure }) => [task, input, output, failure]),
      );
    }
    const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(events.filter(({ type }) => type === 'task.created')).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'task.reopened')).toHaveLength(5);
  });

  test('is split as well where it came while the run went on', async () => {
    const world = await World.create(2);
    const tab = world.tab({ fault: says });
    const reply = await world.clock.track(
      tab.runtime.start({
        swarm: { file: 'parts.yaml', text: fileOf(FLOW) },
        input: { name: 'parts.jsonl', text: texts('one\ntwo\nthree').join('\n') },
        engine: 'scripted',
      }),
    );
    if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
    let status: RunStatus | null = null;
    await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
    tab.runtime.createTask({ from: [0], text: 'NEW\nb\nODD' });
    const done = () => (status as RunStatus | null)?.phase === 'done';
    expect(await world.clock.run(done, 3_600_000)).toBe(true);
    expect((status as RunStatus | null)?.steps).toMatchObject({ input: 1, parts: 4, reader: 4, whole: 2 });
    await world.clock.advance(2000);
    const rows: ResultRow[] = [];
    await world.store.eachRow(reply.runId, (some) => void rows.push(...some.map(({ row }) => row)));
    expect(of(rows, null).map(({ output }) => output)).toEqual([
      { level: 'low', found: [] },
      { level: 'mid', found: ['NEW', 'ODD'] },
    ]);
  });
});
