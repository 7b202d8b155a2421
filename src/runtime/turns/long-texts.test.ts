/** Texts that do not fit the model: what was read of them is told, and what never ran costs nothing. */
import { describe, expect, test } from 'vitest';
import type { EngineError, TurnRequest } from '../../engine/contract.ts';
import type { ScriptedFault, ScriptedOptions } from '../../engine/scripted.ts';
import type { ResultRow } from '../../store/records.ts';
import { SWARM, type Tab, World } from '../testing/world.ts';

const LONG = `app: ctx ${'k=v;'.repeat(1000)} kernel panic: not syncing`;
const TOO_LONG: EngineError = { code: 'prompt-too-long', message: 'Too long.', remedy: 'None.' };

const withInput = (keys: string): string =>
  SWARM.replace('input: {from: dropped, format: lines}', `input: {from: dropped, format: lines${keys}}`);

interface Ran {
  readonly rows: readonly ResultRow[];
  readonly tab: Tab;
  readonly run: string;
  readonly world: World;
}

async function ran(swarm: string, input: string, scripted: Partial<ScriptedOptions> = {}): Promise<Ran> {
  const world = await World.create(1);
  const tab = world.tab(scripted);
  const pending = tab.runtime.start({
    swarm: { file: 'test.yaml', text: swarm },
    input: { name: 'test.log', text: input },
    engine: 'scripted',
  });
  await world.clock.settle();
  const reply = await pending;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  let done = false;
  await tab.runtime.watch(reply.runId, ({ status }) => void (done = status.phase === 'done'));
  expect(await world.clock.run(() => done)).toBe(true);
  const page = await world.clock.track(tab.runtime.results(reply.runId, { offset: 0, count: 50, sort: 'line' }));
  return { rows: page.rows, tab, run: reply.runId, world };
}

const exported = ({ world, tab, run }: Ran, kind: 'csv' | 'jsonl'): Promise<string> =>
  world.clock.track(tab.runtime.export(run, kind)).then((blob) => blob.text());

test('a: what was read of a long text is in its row and in exports', async () => {
  const all = await ran(SWARM, `sshd: short\n${LONG}`);
  const [short, long] = all.rows;
  expect(short).not.toHaveProperty('read');
  expect(long?.read?.[0]).toEqual({
    role: 'triager',
    characters: LONG.length,
    read: [[0, expect.any(Number)]],
  });
  const [, to = 0] = long?.read?.[0]?.read[0] ?? [];
  expect(to).toBeGreaterThan(1500);
  expect(to).toBeLessThan(LONG.length - 20);
  expect((long?.output as { severity: string }).severity).toBe('info');
  // The whole input stays in the row.
  expect(long?.input).toBe(LONG);
  const jsonl = (await exported(all, 'jsonl')).split('\n');
  expect((JSON.parse(jsonl[1] as string) as ResultRow).read).toEqual(long?.read);
  const csv = await exported(all, 'csv');
  expect(csv.split('\r\n', 1)[0]).toMatch(/,read,signs,step,outputs,of,partial,shared,sharedLine,sharedAt$/);
  expect(csv).toContain(JSON.stringify(long?.read).replaceAll('"', '""'));
});

test.each([
  ['tail', 1],
  ['middle', 2],
])('a: input.long: %s reads the end, which says what matters', async (long, parts) => {
  const { rows } = await ran(withInput(`, long: ${long}`).replace('error]', 'error, critical]'), LONG);
  expect((rows[0]?.output as { severity: string }).severity).toBe('critical');
  const read = rows[0]?.read?.[0]?.read;
  expect(read).toHaveLength(parts);
  expect(read?.at(-1)?.[1]).toBe(LONG.length);
});

test('a: what was cut before any model saw it counts among the characters', async () => {
  const text = `sshd: ${'user failed; '.repeat(2000)}`;
  const { rows } = await ran(SWARM, text);
  expect(rows[0]?.read?.[0]?.characters).toBe(text.length);
  expect(rows[0]?.read?.[0]?.read.at(-1)?.[1]).toBeLessThan(16_384);
});

test('a: what a review did not read is told beside it, and a failed row tells it too', async () => {
  const reviewed = withInput('').replace('share: 0.25', 'share: 1');
  const { rows } = await ran(reviewed, LONG);
  expect(rows[0]?.read?.map(({ role }) => role)).toEqual(['triager', 'reviewer']);
  const bad = (): ScriptedFault => ({ kind: 'say', text: 'no JSON' });
  const failed = await ran(SWARM, LONG, { fault: bad });
  expect(failed.rows[0]?.failure).toBe('json-invalid');
  expect(failed.rows[0]?.read).toHaveLength(1);
});

test('a: memory that does not fit is left out before the text is, and the row says so', async () => {
  const text = SWARM.replace('kind: worker\n', 'kind: worker\n    memory: {turns: 4}\n').replace(
    'replicas: 6',
    'replicas: 1',
  );
  const line = `sshd: ${'user failed; '.repeat(140)}`;
  const { rows } = await ran(text, [line, line, line].join('\n'));
  expect(rows[0]).not.toHaveProperty('read');
  expect(rows[1]?.read).toEqual([{ role: 'triager', characters: line.length, read: [[0, line.length]], forgot: 1 }]);
});

test('d: what reaches the model is the text as it was written', async () => {
  const seen: string[] = [];
  const line = 'elixir[4]: conn |> fetch |> halt failed';
  const fault = ({ messages }: TurnRequest): null => {
    seen.push(messages.at(-1)?.content ?? '');
    return null;
  };
  await ran(SWARM, line, { fault });
  expect(seen[0]).toBe(line);
  // An exact copy passes, an altered one does not.
  const copy = (subject: string) => (): ScriptedFault => ({
    kind: 'say',
    text: JSON.stringify({ severity: 'error', subject }),
  });
  const exact = await ran(SWARM, line, { fault: copy('conn |> fetch |> halt') });
  expect(exact.rows[0]).toMatchObject({ failure: null, output: { subject: 'conn |> fetch |> halt' } });
  const altered = await ran(SWARM, line, { fault: copy('conn | > fetch') });
  expect(altered.rows[0]?.failure).toBe('not-copied');
});

test('l: 600 Korean characters cost no attempt', async () => {
  const { rows } = await ran(
    SWARM.replace('deadline: 5s}', 'deadline: 5s}\n    attempts: 2'),
    '가나다라마바'.repeat(100),
  );
  expect(rows[0]).toMatchObject({ failure: null, attempts: 1 });
});

test('l: a prompt that never ran is no attempt, and no token of it is counted', async () => {
  let asked = 0;
  const fault = (): ScriptedFault => (asked++, { kind: 'error', error: TOO_LONG });
  const { rows, tab, run, world } = await ran(SWARM, 'sshd: x', { fault });
  expect(rows[0]).toMatchObject({ failure: 'prompt-too-long', attempts: 0, tokens: 0 });
  expect(asked).toBe(1);
  const report = await (await world.clock.track(tab.runtime.export(run, 'report'))).text();
  expect(report).toContain('"degraded": 0');
});

test('l: where it never ran on the own model, a bigger one has it as the first attempt', async () => {
  const swarm = SWARM.replace(
    '    limits: {tokens: 64, deadline: 5s}\n',
    '    limits: {tokens: 64, deadline: 5s}\n    escalate: [bigger]\n',
  );
  let asked = 0;
  const fault = (): ScriptedFault | null => (asked++ === 0 ? { kind: 'error', error: TOO_LONG } : null);
  const { rows } = await ran(swarm, 'sshd: x', { fault });
  expect(rows[0]).toMatchObject({ failure: null, model: 'bigger', attempts: 1 });
});

test('e: a number that its limit cut is no result, an object that came to its end is one', async () => {
  const number = `planaria: 1
name: numbers
roles: {reader: {prompt: Count., output: {type: integer, minimum: 1000000}, attempts: 1, limits: {tokens: 3}}}
flow: [{role: reader, each: input}]
`;
  const { rows } = await ran(number, 'x', { fault: () => ({ kind: 'say', text: '123456789012' }) });
  expect(rows[0]?.failure).toBe('output-truncated');
  const whole = await ran(number, 'x', { fault: () => ({ kind: 'say', text: '12345678' }) });
  expect(whole.rows[0]?.output).toBe(12_345_678);
});

describe('a: input.long: split', () => {
  const critical = (keys: string): string => withInput(keys).replace('error]', 'error, critical]');

  test('a: parts have turns of their own, and the worst severity is that of the row', async () => {
    const seen: string[] = [];
    const fault = ({ messages }: TurnRequest): null => (seen.push(messages.at(-1)?.content ?? ''), null);
    const text = `sshd: x ${'k=v; '.repeat(1600)}kernel panic: not syncing ${'k=v; '.repeat(300)}`;
    const { rows } = await ran(critical(', long: split').replace('share: 0.25', 'share: 1'), text, { fault });
    expect(rows[0]).toMatchObject({ failure: null, attempts: 1, output: { severity: 'critical' } });
    const [triaged, reviewed] = rows[0]?.read ?? [];
    const parts = triaged?.read ?? [];
    expect(parts.length).toBeGreaterThan(2);
    // Nothing is left out: each part begins where the one before ended, or before that.
    expect(parts[0]?.[0]).toBe(0);
    expect(parts.at(-1)?.[1]).toBe(text.length);
    for (const [k, [from]] of parts.slice(1).entries()) expect(from).toBeLessThanOrEqual(parts[k]![1]);
    // What one part cut in two the next one reads whole.
    for (const [k, [from]] of parts.slice(1).entries()) expect(from).toBe(parts[k]![1] - 80);
    expect(seen[1]).toMatch(/^\u2026 /);
    // A review reads both ends.
    expect(reviewed).toMatchObject({
      role: 'reviewer',
      read: [
        [0, expect.any(Number)],
        [expect.any(Number), text.length],
      ],
    });
  });

  test('a: each part has attempts of its own, and the row counts them', async () => {
    const seen = new Set<string>();
    const fault = ({ messages }: TurnRequest): ScriptedFault | null => {
      const asked = messages.at(-1)?.content ?? '';
      if (seen.has(asked)) return null;
      seen.add(asked);
      return { kind: 'say', text: 'no JSON' };
    };
    const swarm = withInput(', long: split')
      .replace('deadline: 5s}', 'deadline: 5s}\n    attempts: 2')
      .replace('share: 0.25', 'share: 0.01');
    const { rows } = await ran(swarm, LONG, { fault });
    expect(rows[0]?.failure).toBeNull();
    expect(rows[0]?.read?.[0]?.read).toHaveLength(2);
    expect(rows[0]?.attempts).toBe(3);
  });

  test('a: a short text is one turn, and its row says nothing', async () => {
    const { rows } = await ran(withInput(', long: split'), 'sshd: failed');
    expect(rows[0]).not.toHaveProperty('read');
  });

  test('a: parts are merged by a step where the file says so', async () => {
    const chain = `planaria: 1
name: parts
input: {long: split, merge: step}
roles:
  reader: {prompt: Read., limits: {tokens: 64}}
  teller: {prompt: Tell., limits: {tokens: 64}}
flow: [{role: reader, each: input}, {role: teller, each: reader}]
`;
    const seen: string[] = [];
    const fault = ({ prefix, messages }: TurnRequest): null => {
      if (prefix[0]?.content === 'Tell.') seen.push(messages.at(-1)?.content ?? '');
      return null;
    };
    const text = `app: ctx ${Array.from({ length: 600 }, (_, k) => `k${String(k)}=v`).join('; ')}`;
    await ran(chain, text, { fault });
    const parts = JSON.parse(seen[0] ?? '') as unknown[];
    expect(parts.length).toBeGreaterThan(1);
    const joined = await ran(
      chain
        .replace(', merge: step', '')
        .replace(/, \{role: teller.*\}\]/, ']')
        .replace(/ {2}teller.*\n/, ''),
      text,
    );
    expect(joined.rows[0]?.output).toMatch(/^Read: app: ctx[^]*\n\nRead: \u2026 /);
  });

  test('a: parts that were read outlive the tab', async () => {
    const world = await World.create(3);
    const text = `sshd: ${'k=v; '.repeat(3000)}kernel panic`;
    let asked: string[] = [];
    const fault = ({ messages }: TurnRequest): null => (asked.push(messages.at(-1)?.content ?? ''), null);
    const first = world.tab({ fault });
    const pending = first.runtime.start({
      swarm: { file: 'test.yaml', text: critical(', long: split') },
      input: { name: 'test.log', text },
      engine: 'scripted',
    });
    await world.clock.settle();
    const reply = await pending;
    if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
    await world.clock.run(() => asked.length >= 4);
    await world.clock.advance(300);
    first.kill();
    asked = [];
    const second = world.tab({ fault });
    const opening = second.runtime.open(reply.runId);
    await world.clock.settle();
    expect(await opening).toBe(true);
    let done = false;
    await second.runtime.watch(reply.runId, ({ status }) => void (done = status.phase === 'done'));
    expect(await world.clock.run(() => done)).toBe(true);
    expect(asked[0]).toMatch(/^\u2026 /);
    const { rows } = await world.clock.track(second.runtime.results(reply.runId, { offset: 0, count: 5 }));
    expect(rows[0]).toMatchObject({ failure: null, output: { severity: 'critical' } });
    expect(rows[0]?.read?.[0]?.read[0]?.[0]).toBe(0);
    expect(rows[0]?.read?.[0]?.read.at(-1)?.[1]).toBe(text.length);
  });
});

describe('c: numbers that an agent writes stay as they are written', () => {
  const numbers = (keys = ''): string =>
    withInput(keys)
      .replace('severity: {enum: [info, warning, error]}', 'ids: {type: array, items: {type: number}, maxItems: 9}')
      .replace('subject: {type: string, minLength: 1, maxLength: 40, x-copied-from: input}', 'id: {type: number}')
      .replace('[severity, subject]', '[ids, id]');
  const said = '{"ids": [1.0, -0, 1e400], "id": 9007199254740993}';
  const written = '{"ids":[1.0,-0,1e400],"id":9007199254740993}';

  test('c: in the row, in exports, and for whoever reviews it', async () => {
    const all = await ran(numbers().replace('share: 0.25', 'share: 1'), 'sshd: short', {
      fault: (request) => (request.schema?.includes('agree') ? null : { kind: 'say', text: said }),
    });
    expect(all.rows[0]?.written).toEqual({ output: written });
    expect(await exported(all, 'jsonl')).toContain(`"output":${written},`);
    expect(await exported(all, 'csv')).toContain(written.replaceAll('"', '""'));
  });

  test('c: after a reload too', async () => {
    const swarm = numbers().replace('share: 0.25', 'share: 1');
    const seen: string[] = [];
    const world = await World.create(1);
    const fault = (request: TurnRequest): ScriptedFault | null => {
      if (!request.schema?.includes('agree')) return { kind: 'say', text: said };
      seen.push(request.messages.at(-1)?.content ?? '');
      return null;
    };
    const first = world.tab({ fault });
    const pending = first.runtime.start({
      swarm: { file: 'test.yaml', text: swarm },
      input: { name: 'test.log', text: 'sshd: short' },
      engine: 'scripted',
    });
    await world.clock.settle();
    const reply = await pending;
    if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
    await world.clock.run(() => seen.length > 0);
    first.kill();
    const second = world.tab({ fault });
    await world.clock.track(second.runtime.open(reply.runId));
    let done = false;
    await second.runtime.watch(reply.runId, ({ status }) => void (done = status.phase === 'done'));
    expect(await world.clock.run(() => done)).toBe(true);
    const page = await world.clock.track(second.runtime.results(reply.runId, { offset: 0, count: 9, sort: 'line' }));
    expect(page.rows[0]?.written).toEqual({ output: written });
    for (const text of seen) expect(text).toContain(written);
  });

  test('c: and where parts of a text come to one output', async () => {
    const { rows } = await ran(numbers(', long: split'), LONG, {
      fault: ({ messages }) => {
        const end = messages.at(-1)?.content.includes('panic');
        return { kind: 'say', text: end ? '{"ids":[90071992547409931],"id":3}' : '{"ids":[1.0],"id":2}' };
      },
    });
    expect(rows[0]?.written?.output).toMatch(/^\{"ids":\[1\.0,90071992547409931\],"id":2\}$/);
  });
});
