/**
 * Flows at size, in a real tab: the incident room with 4,882 agents over 20,000 lines of real logs, and 1,000,000 lines through a map, a filter and
 * groups, to the report. Frames of the page while it works, the most memory that the tab's process has, what page and workers hold at the end, and
 * that counts of the report are those of the input. The peer is the same swarm without its groups and report.
 *
 *   npm run bench -- flow-growth [--lines 20000] [--many 1000000] [--gpu]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '../tools/dev/serve.mjs';
import { ensureBuilt, root } from '../tools/dev/workspace.mjs';
import { startBrowser } from '../tools/headless/browser.mjs';
import { isOver, shownId, shownRun, start } from '../tools/headless/page.mjs';
import { askRuntime, holdRuntimes } from '../tools/headless/runtime.mjs';
import { manyLines } from './soak/plan.mjs';
import { fileSetter, FrameTimes, Scale } from './soak/weigh.mjs';
import { adapter, machine, realLines, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '20000' },
    many: { type: 'string', default: '1000000' },
    gpu: { type: 'boolean' },
  },
});
const [LINES, MANY] = [Number(values.lines), Number(values.many)];
const LONGEST_MS = 90 * 60_000;
const MIB = 2 ** 20;
const folder = scratch();

const room = readFileSync(path.join(root, 'public/swarms/incident-room.yaml'), 'utf8')
  .replace('replicas: 24', 'replicas: 4870')
  .replace('replicas: 4', 'replicas: 12');
/** Triage and reviews alone. @param {string} text */
const withoutGroups = (text) => text.replace(/\n {2}- name: incidents[\s\S]*$/, '\n');

const WORDS = 'alpha beta gamma delta epsilon zeta eta theta iota kappa'.split(' ');
const BAD = 4;
/** Lines of a hundred kinds, each with numbers of its own; every fourth word of the ten says that something failed. @param {number} count */
const manyKinds = (count) =>
  Array.from({ length: count }, (_, k) => {
    const word = WORDS[k % 10] ?? '';
    const what = k % BAD === 0 ? 'failed with error' : 'is fine';
    return `Feb  3 00:00:00 ${WORDS[Math.floor(k / 10) % 10] ?? ''} ${word}[${k}]: job ${k % 977} ${what} after ${(k * 37) % 1000} ms`;
  });

/** @type {{ name: string, swarm: string, lines: string[] }[]} */
const cases = [];
if (LINES > 0) {
  const lines = manyLines(realLines(), LINES, 1);
  cases.push(
    { name: 'incident room', swarm: room, lines },
    { name: 'the same without groups and report', swarm: withoutGroups(room), lines },
  );
}
if (MANY > 0) {
  const swarm = room
    .replace(/ {2}- \{role: reviewer, reviews.*\n/, '')
    .replace(/ {4}- \{title: Do the reviewers.*\n/, '');
  const plain = swarm.replace(/\n {2}reviewer:[\s\S]*?\nflow:/, '\nflow:');
  const lines = manyKinds(MANY);
  cases.push(
    { name: 'map, filter, groups, report', swarm: plain, lines },
    { name: 'the same without groups and report', swarm: withoutGroups(plain), lines },
  );
}

/** The most memory of the tab's process while `work` lasts. @template T @param {Scale} scale @param {() => Promise<T>} work */
async function peaked(scale, work) {
  let [most, over] = [0, false];
  const sampling = (async () => {
    while (!over) {
      most = Math.max(most, (await scale.resident()).tab);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  const value = await work();
  over = true;
  await sampling;
  return { value, most };
}

/** @param {{ name: string, swarm: string, lines: string[] }} one @param {string} url */
async function measured({ name, swarm, lines }, url) {
  const profile = mkdtempSync(path.join(folder, 'profile-'));
  const files = { swarm: path.join(folder, 'swarm.yaml'), input: path.join(folder, 'input.log') };
  writeFileSync(files.swarm, swarm);
  writeFileSync(files.input, lines.map((line) => `${line}\n`).join(''));
  const { browser, kill } = await startBrowser(adapter(), profile);
  try {
    const context = browser.contexts()[0];
    if (!context) throw new Error('the browser has no profile');
    await holdRuntimes(context);
    const page = await context.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(url);
    await page.getByRole('radio').first().waitFor();
    const [scale, setFile, frames] = [await Scale.under(page), await fileSetter(page), new FrameTimes(page)];
    const begun = Date.now();
    const { value, most } = await peaked(scale, async () => {
      const refused = await start(page, { file: files.swarm, input: files.input, engine: 'scripted', setFile });
      if (refused.length > 0) throw new Error(refused.join('\n'));
      const id = await shownId(page);
      await frames.on();
      const worked = await scale.work();
      while (!isOver((await shownRun(page)).phase)) {
        if (Date.now() - begun > LONGEST_MS) throw new Error(`${name}: it did not end`);
        await page.waitForTimeout(500);
      }
      const seconds = (Date.now() - begun) / 1000;
      const shown = await frames.off();
      const work = ((await scale.work()) - worked) / Math.max(1, shown.frames);
      const asked = Date.now();
      const answer = /** @type {any} */ (await askRuntime(page, 'answer', id));
      return { seconds, shown, work, answer, answerMs: Date.now() - asked };
    });
    const { heaps } = await scale.weigh();
    const held = Object.values(heaps).reduce((sum, { js, dom, buffers }) => sum + js + dom + buffers, 0);
    return { ...value, most, held };
  } finally {
    await kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

await ensureBuilt();
const server = await serve({ root: path.join(root, 'dist') });
const rows = [];
let sound = true;
try {
  for (const one of cases) {
    const { seconds, shown, work, answer, answerMs, most, held } = await measured(one, server.url);
    const counted = answer ? answer.sections.find((/** @type {any} */ each) => each.kind === 'counts') : null;
    const total =
      counted?.values.reduce((/** @type {number} */ sum, /** @type {any} */ { count }) => sum + count, 0) ?? null;
    if (answer && total !== one.lines.length) {
      sound = false;
      console.error(`${one.name}: the report counts ${total} of ${one.lines.length} lines`);
    }
    rows.push([
      one.name,
      one.lines.length.toLocaleString('en'),
      seconds.toFixed(0),
      answer ? answer.incidents.length : '',
      answer ? answerMs : '',
      ...[shown.p95, shown.max].map((ms) => ms.toFixed(1)),
      work.toFixed(1),
      (most / MIB).toFixed(0),
      (held / MIB).toFixed(0),
    ]);
    console.error(rows.at(-1)?.join(' | '));
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  `\n${table(['flow', 'lines', 's', 'incidents', 'answer, ms', 'frame p95, ms', 'longest', 'page thread a frame, ms', 'peak of the tab, MiB', 'held after, MiB'], rows)}\n\n${machine()}`,
);
process.exitCode = sound ? 0 : 1;
