import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowFormat, RowTexts } from '../../runtime/protocol/protocol.ts';
import { type ChosenFile, RowFile, type RowFileState } from './row-file.ts';

/** A file as browsers have it: what is written is in it once it is closed, and gone if it never is. */
class Disk implements ChosenFile {
  readonly name = 'results.jsonl';
  bytes = new Uint8Array(0);
  opened = 0;
  /** What the next call of that name throws. */
  readonly faults: { on: 'getFile' | 'createWritable' | 'write' | 'close'; name: string }[] = [];
  onClose: () => void = () => undefined;

  get text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes);
  }

  getFile = () => {
    this.#fail('getFile');
    return Promise.resolve({ size: this.bytes.byteLength });
  };

  createWritable = ({ keepExistingData }: { keepExistingData: boolean }) => {
    this.#fail('createWritable');
    this.opened++;
    let swap = keepExistingData ? this.bytes.slice() : new Uint8Array(0);
    let at = 0;
    return Promise.resolve({
      write: async (data: BufferSource) => {
        await Promise.resolve();
        this.#fail('write');
        const more = data as Uint8Array;
        const longer = new Uint8Array(Math.max(swap.byteLength, at + more.byteLength));
        longer.set(swap);
        longer.set(more, at);
        at += more.byteLength;
        swap = longer;
      },
      seek: (position: number) => {
        at = position;
        return Promise.resolve();
      },
      close: async () => {
        await Promise.resolve();
        this.#fail('close');
        this.bytes = swap;
        this.onClose();
      },
      abort: () => Promise.resolve(),
    });
  };

  #fail(on: Disk['faults'][number]['on']): void {
    const at = this.faults.findIndex((fault) => fault.on === on);
    if (at < 0) return;
    const name = this.faults.splice(at, 1)[0]?.name ?? '';
    throw new DOMException(`${name} here`, name);
  }
}

const line = (task: number): string => `{"task":${String(task)},"text":"✓"}\n`;

/** Rows that a run has committed so far, told in pieces of three; `twice`: some are told twice, under another order. */
function setUp(format: RowFormat = 'jsonl') {
  const committed: number[] = [];
  const disk = new Disk();
  const states: RowFileState[] = [];
  let time = 0;
  let [twice, dead] = [false, false];
  const ask = (after: number): Promise<RowTexts> => {
    if (dead) return Promise.reject(new Error('the worker died'));
    const rows = committed.slice(after + 1, after + 4).map((task) => ({ task, text: line(task) }));
    return Promise.resolve({
      head: format === 'csv' ? 'a,b\r\n' : '',
      rows: twice ? [...committed.slice(0, 2).map((task) => ({ task, text: line(task) })), ...rows] : rows,
      upTo: after + rows.length,
    });
  };
  const options = {
    file: disk,
    format,
    ask,
    now: () => time,
    onChange: (state: RowFileState) => void states.push(state),
  };
  const file = new RowFile(options);
  return {
    ...{ committed, disk, states, file, options },
    pull: (over = false) => file.pull(committed.length, over),
    pass: (ms: number) => void (time += ms),
    tellTwice: () => void (twice = true),
    die: (is: boolean) => void (dead = is),
  };
}

const whole = (tasks: readonly number[]): string => tasks.map(line).join('');

test('a: rows are in the file seconds after they were committed, in that order, each once', async () => {
  const { committed, disk, file, pull, pass, tellTwice } = setUp();
  committed.push(4, 0, 7, 1);
  await pull();
  expect(disk.text).toBe('');
  pass(2000);
  committed.push(2);
  await pull();
  expect(disk.text).toBe(whole([4, 0, 7, 1, 2]));
  expect(file.state.rows).toBe(5);
  tellTwice();
  committed.push(3);
  await Promise.all([pull(), pull(), pull()]);
  // The page may go at any time.
  await file.save();
  expect(disk.text).toBe(whole([4, 0, 7, 1, 2, 3]));
  await pull(true);
  expect(file.state).toMatchObject({ rows: 6, whole: true, fault: null });
  expect(disk.text).toBe(whole([4, 0, 7, 1, 2, 3]));
});

test('a: a CSV begins with its head, once, and with a byte order mark; a run without rows leaves the head', async () => {
  const { committed, disk, file, pull } = setUp('csv');
  committed.push(0);
  await pull();
  await file.save();
  committed.push(1);
  await pull(true);
  expect(disk.text).toBe(`\uFEFFa,b\r\n${whole([0, 1])}`);
  const empty = setUp('csv');
  await empty.pull(true);
  expect(empty.disk.text).toBe('\uFEFFa,b\r\n');
  expect(empty.file.state).toMatchObject({ rows: 0, whole: true });
});

test('a: chosen again in another tab, or after a reload, the file is written from its beginning', async () => {
  const { committed, disk, options, pull, file } = setUp();
  committed.push(0, 1);
  await pull();
  await file.save();
  committed.push(2);
  const again = new RowFile(options);
  await again.pull(3, true);
  expect(disk.text).toBe(whole([0, 1, 2]));
});

test('a: the file is closed less often where that takes long', async () => {
  const { committed, disk, pull, pass } = setUp();
  disk.onClose = () => pass(900);
  for (let task = 0; task < 100; task++) {
    committed.push(task);
    pass(1000);
    await pull();
  }
  // Every nine seconds and not every two.
  expect(disk.opened).toBeLessThan(15);
  expect(disk.opened).toBeGreaterThan(5);
});

test.each([
  ['QuotaExceededError', 'full'],
  ['NotFoundError', 'removed'],
  ['NotAllowedError', 'refused'],
  ['TypeError', 'failed'],
] as const)(
  'a: where the browser says %s it stops and says so; tried again it goes on, and no row is missing',
  async (name, code) => {
    for (const on of ['getFile', 'createWritable', 'write', 'close'] as const) {
      const { committed, disk, file, pull, states } = setUp();
      committed.push(0, 1);
      await pull();
      await file.save();
      committed.push(2, 3);
      disk.faults.push({ on, name });
      await pull();
      await file.save();
      expect(file.state).toMatchObject({ rows: 2, whole: false, fault: { code, detail: `${name} here` } });
      expect(disk.text).toBe(whole([0, 1]));
      // Nothing is tried until a person wants it.
      committed.push(4);
      await pull(true);
      expect(disk.text).toBe(whole([0, 1]));
      file.retry();
      expect(states.at(-1)?.fault).toBeNull();
      await pull(true);
      expect(disk.text).toBe(whole([0, 1, 2, 3, 4]));
      expect(file.state).toMatchObject({ rows: 5, whole: true });
    }
  },
);

test('a: a file that somebody else wrote since is left alone', async () => {
  const { committed, disk, file, pull } = setUp();
  committed.push(0);
  await pull();
  await file.save();
  disk.bytes = new TextEncoder().encode('mine');
  committed.push(1);
  await pull();
  expect(file.state.fault?.code).toBe('changed');
  expect(disk.text).toBe('mine');
});

test('a: whatever fails and is told when, the file holds whole rows, each once, and all of them in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat({ max: 3000 }), { maxLength: 40 }),
      fc.array(fc.constantFrom('commit', 'pull', 'save', 'pass', 'write', 'close', 'createWritable', 'retry', 'die'), {
        maxLength: 60,
      }),
      async (tasks, steps) => {
        const { committed, disk, file, pull, pass, tellTwice, die } = setUp();
        const rest = [...tasks];
        let k = 0;
        for (const step of steps) {
          if (step === 'commit') committed.push(...rest.splice(0, 3));
          else if (step === 'pull') void pull();
          else if (step === 'save') await file.save();
          else if (step === 'pass') pass(1500);
          else if (step === 'retry') file.retry();
          else if (step === 'die') die(k++ % 2 === 0);
          else disk.faults.push({ on: step, name: 'QuotaExceededError' });
          expect(committed.map(line).join('').startsWith(disk.text)).toBe(true);
          expect(disk.text).toBe(whole(committed.slice(0, file.state.rows)));
        }
        committed.push(...rest);
        disk.faults.length = 0;
        die(false);
        tellTwice();
        await file.save();
        file.retry();
        await pull(true);
        expect(disk.text).toBe(whole(tasks));
        expect(file.state.whole).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});
