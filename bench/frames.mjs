/**
 * The page while cells change: time between animation frames and long tasks on the page's thread, with 4,882 agents on the run screen.
 *
 *   npm run bench -- frames [--seconds 10] [--gpu]
 *
 * "all" is more than any run does: every cell gets another state and health in each of the 20 frames a second that the runtime sends at most.
 * The peers are the same screen with no cell changing, and with as many as have seats on the GPU.
 */
import { parseArgs } from 'node:util';
import { machine, onABenchPage, quantile, table } from './support.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' }, gpu: { type: 'boolean' } } });
const AGENTS = 4882;

await onABenchPage('bench/page/vite.config.ts', 'node_modules/.cache/page-bench', async ({ url, browser }) => {
  console.log(`${machine()} ${AGENTS} agents, 1440 x 900.\n`);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en' });
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(new URL('page.html', url).href);
  const figures = await page.evaluate(
    ([agents, ms]) => /** @type {any} */ (window).pageBench.frames(agents, ms),
    /** @type {const} */ ([AGENTS, Number(values.seconds) * 1000]),
  );
  const names = /** @type {const} */ ({
    still: 'no cell changes',
    seats: '12 cells a frame',
    all: 'all 4,882 cells a frame',
  });
  console.log(
    table(
      ['cells', 'frames/s', 'ms, median', 'ms, p95', 'ms, worst', 'long tasks', 'longest, ms'],
      Object.entries(names).map(([key, name]) => {
        /** @type {import('./page/page.ts').FrameFigures} */
        const { between, longTasks } = figures[key];
        const whole = between.reduce((sum, ms) => sum + ms, 0);
        return [
          name,
          ((1000 * between.length) / whole).toFixed(1),
          quantile(between, 0.5).toFixed(1),
          quantile(between, 0.95).toFixed(1),
          Math.max(...between).toFixed(1),
          longTasks.length,
          Math.max(0, ...longTasks).toFixed(0),
        ];
      }),
    ),
  );
});
