import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import type { PageApi, RunFrame, RunStatus } from '../../runtime/protocol/protocol.ts';
import { LiveRun } from './live.svelte.ts';

const AGENTS = 4;

/** Statuses are told apart by their results; every third of them has other agents on the GPU. */
const statusOf = (results: number): RunStatus =>
  ({
    id: 'run',
    phase: 'running',
    agents: AGENTS,
    results,
    elapsedMs: 50 * results,
    tokensPerSecond: results,
    loading: null,
    report: null,
    summary: { budget: { resident: 2 } },
    residents: [{ agent: results % 3, task: 0, tokens: 1, maxTokens: 8 }],
    notices: [],
    faults: [],
    healing: { mended: 0, open: 0 },
  }) as unknown as RunStatus;

const frame = (results: number, full: boolean): RunFrame => ({
  runId: 'run',
  full,
  cells: Uint32Array.from([results % AGENTS, results % 6, 1000]),
  status: statusOf(results),
});

/** A page that looks at a run: frames come when they are sent, moments are answered when they are, and its clock stands still between. */
async function page() {
  let now = 0;
  vi.stubGlobal('document', {
    hidden: false,
    timeline: {
      get currentTime(): number {
        return now;
      },
    },
  });
  vi.stubGlobal('reportError', () => undefined);
  let send!: (frame: RunFrame) => void | Promise<void>;
  const answers: (() => void)[] = [];
  const runtime = {
    open: () => Promise.resolve(true),
    watch: (_id: string, onFrame: typeof send) => {
      send = onFrame;
      return Promise.resolve();
    },
    moment: (_id: string, at: number) =>
      new Promise<RunFrame>((resolve) => {
        answers.push(() => resolve(frame(Math.floor(at / 50), true)));
      }),
  } as unknown as PageApi;
  const run = new LiveRun(runtime, 'run');
  await run.open();
  return {
    run,
    send: (one: RunFrame) => send(one),
    pass: (ms: number) => (now += ms),
    answer: async () => {
      for (const one of answers.splice(0)) one();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const step = fc.oneof(
  fc.record({ do: fc.constant('frame' as const), full: fc.boolean(), afterMs: fc.nat(300) }),
  fc.record({ do: fc.constant('look' as const), at: fc.option(fc.nat(2000), { nil: null }) }),
  fc.record({ do: fc.constant('answer' as const) }),
  // Whoever paints fails from here on.
  fc.record({ do: fc.constant('break' as const) }),
);

it('shows the same status in all its parts, never an older one, whatever comes in which order and whoever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { run, send, pass, answer } = await page();
      let results = 0;
      for (const one of steps) {
        if (one.do === 'frame') {
          pass(one.afterMs);
          await send(frame(++results, one.full));
        } else if (one.do === 'look') run.lookAt(one.at);
        else if (one.do === 'answer') await answer();
        else
          run.buffer.onCells(() => {
            throw new Error('no canvas');
          });
        if (run.at !== null && run.shown === run.at) expect(run.status?.results).toBe(Math.floor(run.at / 50));
        if (run.at === null && run.live) expect(run.status?.results).toBeGreaterThanOrEqual(run.live.results);
      }
      // Back at now, and a quarter second later: header, figures, seats and field tell of the same moment.
      run.lookAt(null);
      await answer();
      pass(250);
      const last = frame(++results, false);
      await send(last);
      expect(run.live).toBe(last.status);
      expect(run.status).toBe(last.status);
      expect(run.buffer.status).toBe(last.status);
      expect(run.seats.filter((agent) => agent !== null)).toEqual([results % 3]);
      expect(run.buffer.state[results % AGENTS]).toBe(results % 6);
    }),
    {
      // The figures stood still while the header went on (seeds 182120219 and -641462738).
      examples: [
        [[{ do: 'break' }]],
        [[{ do: 'look', at: 0 }, { do: 'break' }, { do: 'frame', full: false, afterMs: 0 }]],
      ],
    },
  );
});
