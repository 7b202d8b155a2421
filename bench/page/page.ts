/**
 * The product's run screen over a runtime that changes every cell of every frame, which no run does: the page's share of the work, apart from
 * everything else. And a worker that expands a swarm, by the runtime's own code.
 */
import { mount } from 'svelte';
import { Worker } from '../../src/runtime/client/trusted-scripts.ts';
import { asking } from '../../src/runtime/protocol/call-table.ts';
import { CALLS } from '../../src/runtime/protocol/calls.ts';
import type { PageApi, RunFrame, RunStatus, Timeline } from '../../src/runtime/protocol/protocol.ts';
import App from '../../src/ui/App.svelte';
import '../../src/ui/style/tokens.css';
import '../../src/ui/style/base.css';

const RUN = 'bench';
/** As often as the runtime sends at most. */
const FRAME_MS = 50;
const STATES = 6;

function statusOf(agents: number, elapsedMs: number): RunStatus {
  const idle = { idle: agents, running: 0, degraded: 0, recovering: 0, failed: 0, done: 0 };
  return {
    id: RUN,
    name: 'Bench',
    phase: 'running',
    startedAt: 0,
    endedAt: null,
    tasks: agents,
    results: 0,
    failed: 0,
    leftOut: null,
    agents,
    modelId: 'none',
    engine: 'scripted',
    writer: true,
    waits: null,
    problem: null,
    loading: null,
    report: null,
    input: { notes: [], skipped: [] },
    summary: {
      name: 'Bench',
      description: '',
      agents,
      roles: [{ name: 'triager', kind: 'worker', replicas: agents, firstAgent: 0, prompt: '' }],
      flow: [{ name: 'triager', role: 'triager', on: 'input', review: false, share: 1 }],
      model: 'none',
      seed: 1,
      budget: { vramMiB: 7168, occupancy: 0.85, resident: 12, tokens: 0 },
      input: { from: 'dropped', format: 'lines', limit: null },
      askMs: null,
    },
    seed: 1,
    elapsedMs,
    agentsByState: idle,
    tokens: { prompt: 0, completion: 0 },
    tokensPerSecond: 0,
    tokensPerSecondMean: 0,
    retries: 0,
    steps: null,
    shared: 0,
    vram: null,
    residents: Array.from({ length: 12 }, (_, k) => ({ agent: k, task: k, tokens: k, maxTokens: 128 })),
    seats: { now: 12, target: 12, max: 12 },
    seatsChanged: null,
    storageNotes: [],
    endpoint: { lacks: [], waits: { times: 0, ms: 0, last: null } },
    notices: [],
    remote: null,
    faults: [],
    healing: { p50: null, p95: null, mended: 0, open: 0, restarts: { used: 0, of: 0, windowMs: 0 } },
  };
}

function timelineOf(endAt: number): Timeline {
  const bucketMs = 1000;
  const buckets = Array.from({ length: 512 }, (_, k) => k);
  const shares = (base: number): number[] => buckets.map((k) => base - 0.1 * Math.abs(Math.sin(k / 9 + endAt / 1000)));
  return {
    bucketMs,
    tokens: buckets.map((k) => 300 + 50 * Math.sin(k / 5 + endAt / 1000)),
    tasks: buckets.map((k) => k % 7),
    seats: buckets.map(() => 12),
    mended: buckets.map((k) => k % 2),
    health: { low: shares(0.8), median: shares(0.95), high: shares(1) },
    settledAt: Number.POSITIVE_INFINITY,
    endAt: 512 * bucketMs,
    faults: Array.from({ length: 200 }, (_, k) => ({
      seq: k,
      kind: 'stall',
      at: k * 2500,
      detectedAt: k * 2500 + 200,
      mendedAt: k % 9 === 0 ? null : k * 2500 + 1700,
    })),
    events: [],
  };
}

/** Frames in which `changed` of the agents have another state and health than in the frame before. */
function frames(agents: number, changed: () => number): PageApi {
  let on = false;
  const watch: PageApi['watch'] = async (_run, onFrame) => {
    on = true;
    const begun = performance.now();
    for (let n = 0; on; n++) {
      const count = n === 0 ? agents : changed();
      const cells = new Uint32Array(3 * count);
      for (let k = 0; k < count; k++) {
        cells[3 * k] = k;
        cells[3 * k + 1] = ((n + k) % STATES) | (((n + k) % 3) << 8);
        cells[3 * k + 2] = (n * 37 + k) % 1001;
      }
      const frame: RunFrame = { runId: RUN, full: n === 0, cells, status: statusOf(agents, performance.now() - begun) };
      const sent = onFrame(frame);
      if (n === 0) continue;
      await sent;
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  };
  return {
    ...asking(CALLS, () => Promise.reject(new Error('not in this bench'))),
    faults: () => Promise.resolve([]),
    examples: () => Promise.resolve([]),
    models: () => Promise.resolve([]),
    runs: () => Promise.resolve([]),
    open: () => Promise.resolve(true),
    watch: (...args) => {
      void watch(...args);
      return Promise.resolve();
    },
    unwatch: () => {
      on = false;
      return Promise.resolve();
    },
    results: () => Promise.resolve({ total: 0, rows: [] }),
    // As long as timelines get, with as many faults as a long session of breaking things leaves.
    timeline: () => Promise.resolve(timelineOf(performance.now())),
  };
}

interface FrameFigures {
  /** Milliseconds between animation frames. */
  readonly between: readonly number[];
  /** Milliseconds of tasks over 50 ms on the page's thread. */
  readonly longTasks: readonly number[];
}

async function watchFrames(ms: number): Promise<FrameFigures> {
  const between: number[] = [];
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  const nextFrame = (): Promise<number> => new Promise(requestAnimationFrame);
  const begun = await nextFrame();
  for (let last = begun; last - begun < ms;) {
    const now = await nextFrame();
    between.push(now - last);
    last = now;
  }
  observer.disconnect();
  return { between, longTasks };
}

const pageBench = {
  /** Frame times with nothing changing, with as many agents changing as have seats, and with all. */
  async frames(agents: number, ms: number): Promise<Record<'still' | 'seats' | 'all', FrameFigures>> {
    let changed = 0;
    location.hash = `#/run/${RUN}`;
    const target = document.getElementById('app');
    if (!target) throw new Error('page.html has no #app');
    await new Promise((resolve) => setTimeout(resolve, 100));
    mount(App, { target, props: { runtime: frames(agents, () => changed) } });
    await watchFrames(1000);
    const still = await watchFrames(ms);
    changed = 12;
    const seats = await watchFrames(ms);
    changed = agents;
    const all = await watchFrames(ms);
    return { still, seats, all };
  },

  /** The worker of `worker.ts`, and how it answers. */
  worker(): (ask: string, text: string) => Promise<number> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'expansion' });
    return (ask, text) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data as number);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage({ ask, text });
      });
  },
};

export type PageBench = typeof pageBench;
Object.assign(window, { pageBench });
