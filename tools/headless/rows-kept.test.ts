/** Rows on their way to files: each once, whole, and kept when something goes wrong. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RowTexts } from '../../src/runtime/protocol/views.ts';
import { EXIT, Stopped } from './exits.mjs';
import { RowFeed } from './feed.mjs';
import { FileSink, StreamSink, writeWhole } from './sinks.mjs';

let folder: string;
const at = (name: string): string => path.join(folder, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const whole = (of: string) => () => Promise.resolve(Buffer.from(of));

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'planaria-rows-'));
});

/** A page that has committed some rows, in its order, and may not answer. */
class PageOf {
  rows: number[] = [];
  answers = true;
  /** Waited for before each answer. */
  gate: Promise<void> = Promise.resolve();

  ask = async (format: 'jsonl' | 'csv', after: number): Promise<RowTexts> => {
    await this.gate;
    if (!this.answers) throw new Error('the runtime did not answer');
    const next = this.rows.map((task, order) => ({ task, order })).filter(({ order }) => order > after);
    const rows = next.slice(0, 3).map(({ task }) => ({ task, text: `${format} ${String(task)}\n` }));
    return { head: format === 'csv' ? 'head\n' : '', rows, upTo: after + rows.length };
  };
}

/** A sink in memory. */
function memory(format: 'jsonl' | 'csv') {
  const sink = {
    format,
    got: '',
    write: (piece: string) => {
      sink.got += piece;
      return Promise.resolve();
    },
    caughtUp: () => Promise.resolve(null),
    finish: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
  return sink;
}

test('u: every row goes to every output once, in the order of commits, whatever the page answers when', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constantFrom('pull' as const, 'twice' as const, 'again' as const, 'silent' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const page = new PageOf();
      const sinks = [memory('jsonl'), memory('csv')] as const;
      const feed = new RowFeed([...sinks], page.ask);
      for (const { kind, ...more } of steps) {
        if ('count' in more) {
          const next = page.rows.length;
          page.rows.push(...Array.from({ length: more.count }, (_, k) => 1000 - next - k));
        }
        if (kind === 'pull') expect(await feed.pull()).toBe(true);
        if (kind === 'twice') await Promise.all([feed.pull(), feed.pull()]);
        if (kind === 'again') await feed.pullAgain();
        if (kind === 'silent') {
          page.answers = false;
          expect(await feed.pull()).toBe(false);
          page.answers = true;
        }
      }
      await feed.pull();
      expect(feed.has(page.rows.length)).toBe(true);
      expect(sinks[0].got).toBe(page.rows.map((task) => `jsonl ${String(task)}\n`).join(''));
      expect(sinks[1].got).toBe(`head\n${page.rows.map((task) => `csv ${String(task)}\n`).join('')}`);
    }),
  );
});

test('u: CSV has its head before there is a row', async () => {
  const sink = memory('csv');
  await new RowFeed([sink], new PageOf().ask).pull();
  expect(sink.got).toBe('head\n');
});

describe('u: a file', () => {
  test('u: has whole rows at each moment, and the order of the input at the end', async () => {
    const sink = await FileSink.open(at('r.jsonl'), 'jsonl', { resumed: false });
    expect(text('r.jsonl')).toBe('');
    await sink.write('b\n');
    expect(text('r.jsonl')).toBe('b\n');
    await sink.write('a\n');
    expect(text('r.jsonl')).toBe('b\na\n');
    await sink.finish(whole('a\nb\n'));
    await sink.close();
    expect(text('r.jsonl')).toBe('a\nb\n');
    expect(readdirSync(folder)).toEqual(['r.jsonl']);
  });

  test('u: of a run that is gone on with stays until the new one has as much', async () => {
    // A command was killed in the middle of a row.
    writeFileSync(at('r.jsonl'), 'b\na\n{"half');
    const sink = await FileSink.open(at('r.jsonl'), 'jsonl', { resumed: true });
    await sink.write('b\n');
    expect(text('r.jsonl')).toBe('b\na\n{"half');
    await sink.write('a\nc\n');
    expect(await sink.caughtUp()).toBeNull();
    expect(text('r.jsonl')).toBe('b\na\nc\n');
    await sink.write('d\n');
    await sink.close();
    expect(text('r.jsonl')).toBe('b\na\nc\nd\n');
    expect(readdirSync(folder)).toEqual(['r.jsonl']);
  });

  test('u: with lines that the run has not written is set aside, not lost', async () => {
    writeFileSync(at('r.csv'), '\uFEFFhead\na\nmy own remark\n');
    for (const remark of [/holds what this run has not written; that file is .*r\.csv\.before now$/, null]) {
      const sink = await FileSink.open(at('r.csv'), 'csv', { resumed: true });
      await sink.write('head\na\n');
      const told = await sink.caughtUp();
      if (remark === null) expect(told).toBeNull();
      else expect(told).toMatch(remark);
      await sink.close();
    }
    expect(text('r.csv.before')).toContain('my own remark');
    expect(text('r.csv')).toBe('head\na\n');
  });

  test('u: left before it had as much leaves the file of before as it is', async () => {
    writeFileSync(at('r.jsonl'), 'b\na\n');
    const sink = await FileSink.open(at('r.jsonl'), 'jsonl', { resumed: true });
    await sink.write('b\n');
    await sink.close();
    expect(text('r.jsonl')).toBe('b\na\n');
    expect(readdirSync(folder)).toEqual(['r.jsonl']);
  });

  test('u: on a full disk stops the run with 3 and plain words', async () => {
    const sink = await FileSink.open('/dev/full', 'jsonl', { resumed: false });
    const error: unknown = await sink.write('a\n').catch((error: unknown) => error);
    expect(error).toMatchObject({ code: EXIT.stopped, why: 'output' });
    expect(String(error)).toContain('/dev/full: cannot write: no space is left on the disk; make room');
    await sink.close();
    await expect(writeWhole('/dev/full', 'x'.repeat(1 << 20))).rejects.toThrow('no space is left on the disk');
    expect(existsSync('/dev/full.part')).toBe(false);
  });

  test('u: that cannot be put into order keeps its rows; one that was taken away stops the run', async () => {
    const sink = await FileSink.open(at('r.jsonl'), 'jsonl', { resumed: false });
    await sink.write('b\na\n');
    mkdirSync(at('r.jsonl.part'));
    expect(await sink.finish(whole('a\nb\n'))).toMatch(
      /this is a folder.*; every row is there, in the order in which they came$/,
    );
    expect(text('r.jsonl')).toBe('b\na\n');
    rmSync(at('r.jsonl'));
    await expect(sink.finish(whole('a\nb\n'))).rejects.toMatchObject({ code: EXIT.stopped, why: 'output' });
    await sink.close();
  });

  test('u: behind a link is written where the link points', async () => {
    writeFileSync(at('real.jsonl'), '');
    symlinkSync(at('real.jsonl'), at('link.jsonl'));
    const sink = await FileSink.open(at('link.jsonl'), 'jsonl', { resumed: false });
    await sink.write('a\n');
    await sink.finish(whole('a\n'));
    await sink.close();
    expect(text('real.jsonl')).toBe('a\n');
    expect(readdirSync(folder).sort()).toEqual(['link.jsonl', 'real.jsonl']);
  });
});

describe('v: standard output', () => {
  const stream = (fails: () => boolean) => {
    const written: string[] = [];
    const write = (piece: string, done: (error?: Error) => void): boolean => {
      if (fails()) done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      else {
        written.push(piece);
        done();
      }
      return true;
    };
    return { written, stream: { write } as unknown as NodeJS.WritableStream };
  };

  test('v: a reader that goes away ends the run with 141 where nobody else wants the rows', async () => {
    let gone = false;
    const { written, stream: out } = stream(() => gone);
    const page = new PageOf();
    const feed = new RowFeed([new StreamSink(out, 'jsonl')], page.ask);
    page.rows.push(1);
    await feed.pull();
    gone = true;
    await feed.pull();
    page.rows.push(2);
    await expect(feed.pull()).rejects.toMatchObject({ code: EXIT.readerGone, why: 'reader' });
    await expect(feed.pull()).rejects.toBeInstanceOf(Stopped);
    expect(written).toEqual(['jsonl 1\n']);
  });

  test('v: and is left out where a file is written as well', async () => {
    const { stream: out } = stream(() => true);
    const page = new PageOf();
    const file = memory('csv');
    const feed = new RowFeed([new StreamSink(out, 'jsonl'), file], page.ask);
    page.rows.push(1, 2, 3, 4);
    await feed.pull();
    expect(file.got).toBe('head\ncsv 1\ncsv 2\ncsv 3\ncsv 4\n');
    expect(feed.has(4)).toBe(true);
  });
});
