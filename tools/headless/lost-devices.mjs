/** A run whose GPU device is destroyed again and again, at moments of chance. For the test and the bench of that. */
import { start } from './page.mjs';
import { askRuntime, RunLog } from './runtime.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('../../src/journal/events.ts').JournalEvent} JournalEvent */

const POLL_MS = 50;
/** Longer than an engine takes to be back, and than a turn. */
const PATIENCE_MS = 90_000;
/** Within a turn, about. */
const WITHIN_MS = 300;

/** @param {() => Promise<boolean>} holds @param {string} what */
async function until(holds, what) {
  for (const end = Date.now() + PATIENCE_MS; !(await holds());) {
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Starts a run and destroys its device `losses` times: strikes until so many have landed, then waits for the end of the run.
 * @param {Page} page on the start screen; `holdRuntimes` was told of its context
 * @param {Parameters<typeof start>[1] & { tasks: number, seats: number, losses: number, random: () => number,
 *   eventsOf: typeof import('./fault-book.ts').eventsOf }} options `seats`: as in the swarm file
 * @returns {Promise<{ events: JournalEvent[], moments: number[], ms: number }>} the run's log; tasks that had ended at each loss; from the
 *   first loaded engine to the end
 */
export async function loseDevices(page, { tasks, seats, losses, random, eventsOf, ...options }) {
  const refused = await start(page, options);
  if (refused.length > 0) throw new Error(refused.join('\n'));
  const run = page.url().split('/').at(-1) ?? '';
  const log = new RunLog(run, eventsOf);
  /** @type {JournalEvent[]} */
  const events = [];
  /** @param {JournalEvent['type'][]} types what is on the disk of them */
  const count = async (...types) => {
    events.push(...(await log.next(page)).events);
    return events.filter(({ type }) => types.includes(type)).length;
  };
  const ended = () => count('task.committed', 'task.failed');
  /** @type {number[]} */
  const moments = [];
  let idle = false;
  await until(async () => (await count('engine.loaded')) > 0, 'the first engine');
  const begun = Date.now();
  while (moments.length < losses) {
    const lost = moments.length;
    await until(async () => (await count('engine.loaded')) > lost, 'a fresh engine');
    // The first of as many moments as are still to come, all alike likely in the tasks that are left; then anywhere within a turn. Five
    // engines in a row that have finished nothing make a run wait for a person, so not even two follow each other at once.
    const now = await ended();
    const left = Math.max(0, tasks - seats - now);
    const gap = Math.max(idle ? 1 : 0, Math.floor(left * (1 - random() ** (1 / (losses - lost)))));
    idle = gap === 0;
    await until(async () => (await ended()) >= now + gap, `the end of ${gap} more tasks after ${now}`);
    await page.waitForTimeout(WITHIN_MS * random());
    const struck = /** @type {{ landed: boolean }} */ (await askRuntime(page, 'breakSomething', run, 'device-lost'));
    if (!struck.landed) continue;
    await until(async () => (await count('engine.lost')) > lost, 'the loss of a device');
    moments.push(await ended());
  }
  await until(async () => (await count('run.ended')) > 0, 'the end of the run');
  return { events, moments, ms: Date.now() - begun };
}
