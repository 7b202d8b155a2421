/**
 * Libraries that others compile: the pocket library, one as MLC compiles it from the same weights, with the race of TVM's merge kernel, and
 * that with the race mended. Path taken, differences of the self-test, memory beside its sum, tokens a second beside stock WebLLM.
 *
 *   npm run bench -- libraries [--tokens 24] [--rounds 3] [--budgets 40] [--residents 16] [--only figures|sweep] [--library NAME] [--gpu]
 *
 * The sweep opens the pipeline under so many budgets, from too little to plenty, and for so many numbers of agents up to 16, on the pocket library
 * and the stock-shaped one: none may pass its limit, and none be refused where another was opened with as much.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { writeStockFolder } from '../tools/pocket-model/stock/files.mjs';
import { machine, onABenchPage, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '3' },
    budgets: { type: 'string', default: '40' },
    residents: { type: 'string', default: '16' },
    only: { type: 'string' },
    library: { type: 'string' },
    gpu: { type: 'boolean', default: false },
  },
});

/** Budgets that are swept, MiB: below the first nothing fits, at the last everything does. */
const RANGES = /** @type {const} */ ({ pocket: [8, 120], 'stock-shaped': [24, 180] });
const MAX_RESIDENTS = 16;
/** Proofs of libraries that came before in this browser. */
const told = new Set();
const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1);

// Not where the end-to-end tests have theirs: models come beside it.
const SITE = 'node_modules/.cache/libraries-bench';
await onABenchPage('e2e/engine/vite.config.ts', SITE, async ({ url: site, browser }) => {
  for (const variant of /** @type {const} */ (['stock', 'mended']))
    writeStockFolder(path.join(root, SITE, 'models', variant, 'pocket'), variant);
  const context = await browser.newContext();
  console.log(machine());
  const all = /** @type {const} */ ([
    ['pocket', 'pocket'],
    ['stock-shaped', 'stock/pocket'],
    ['stock-shaped, mended', 'mended/pocket'],
  ]);
  const libraries = all.filter(([name]) => values.library === undefined || name === values.library);
  if (values.only !== 'sweep') {
    const rows = [];
    for (const [name, folder] of libraries) {
      const page = await context.newPage();
      await page.goto(new URL('harness.html', site).href);
      const figures = await page.evaluate(measure, {
        folder: new URL(`models/${folder}/`, site).href,
        tokens: Number(values.tokens),
        rounds: Number(values.rounds),
      });
      await page.close();
      rows.push(row(name, figures));
      console.error(`${String(rows.at(-1)?.join(', '))}\n  ${figures.notes.join(' ')}`);
    }
    const head = 'library,path,cut,K/V back,weights,K/V,workspace,stated,largest,peak,limit,stock,1,12,times';
    console.log(`\n${table(head.split(','), rows)}`);
  }
  if (values.only !== 'figures')
    for (const [name, folder] of libraries) {
      if (name === 'stock-shaped, mended') continue; // it takes what the racing one takes, and what it shares besides
      const page = await context.newPage();
      await page.goto(new URL('harness.html', site).href);
      const tried = await page.evaluate(sweep, {
        folder: new URL(`models/${folder}/`, site).href,
        asked: questions(RANGES[name], Number(values.budgets), Number(values.residents)),
      });
      await page.close();
      console.log(`\n${verdict(name, tried)}`);
    }
});

/** Budgets and numbers of agents, evenly. @param {readonly [number, number]} range @param {number} budgets @param {number} residents */
function questions([least, most], budgets, residents) {
  const between = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, i) => Math.round(from + ((to - from) * i) / Math.max(1, count - 1)));
  return between(least, most, budgets).flatMap((vramMiB) =>
    between(1, MAX_RESIDENTS, residents).map((residents) => ({ vramMiB, residents })),
  );
}

/**
 * Runs in the page.
 * @param {{ folder: string, tokens: number, rounds: number }} options
 */
async function measure({ folder, tokens, rounds }) {
  const { load, turn, stated, proofs } = window.planaria;
  const median = (/** @type {number[]} */ values) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  let serial = 0;
  /** Tokens a second of `count` turns of like length: so hot that the model seldom ends before its tokens are spent. */
  const rate = async (
    /** @type {import('../src/engine/contract.ts').Engine} */ engine,
    /** @type {number} */ count,
  ) => {
    const begun = performance.now();
    const turns = Array.from({ length: count }, (_, i) =>
      turn(`b${(serial += 1)}`, `sshd[${i}]`, {
        prefix: [{ role: 'system', content: 'Triage this log line.' }],
        maxTokens: tokens,
        sampling: { temperature: 3, topP: 1, seed: serial },
      }),
    );
    const outcomes = await Promise.all(turns.map((each) => engine.submit(each).done));
    const failed = outcomes.find(({ error }) => error);
    if (failed) throw new Error(failed.error?.message);
    return (outcomes.reduce((sum, { usage }) => sum + usage.completionTokens, 0) * 1000) / (performance.now() - begun);
  };
  const source = { id: '', url: folder };
  const swarm = await load('webllm', source, 12, 256);
  const stock = await load('stock', source, 1, 256);
  await rate(swarm.engine, 12);
  await rate(stock.engine, 1);
  /** @type {number[][]} */
  const [peer, one, twelve] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    peer?.push(await rate(stock.engine, 2));
    one?.push(await rate(swarm.engine, 1));
    twelve?.push(await rate(swarm.engine, 12));
  }
  const vram = await swarm.engine.vram();
  await swarm.engine.dispose();
  await stock.engine.dispose();
  const { notes, batched } = swarm.report;
  return {
    ...{ notes, batched, vram },
    proofs: await proofs(), // what the self-test saw is kept with the model's files
    stated: await stated(new URL('pocket.wasm', folder).href),
    rates: { peer: median(peer ?? []), one: median(one ?? []), twelve: median(twelve ?? []) },
  };
}

/** @param {string} name @param {Awaited<ReturnType<typeof measure>>} figures */
function row(name, { notes, batched, vram, proofs, stated, rates }) {
  const own = /** @type {[string, { continuation?: boolean, difference?: number }][]} */ (proofs).filter(
    ([key]) => !told.has(key) && told.add(key),
  );
  const proven = own.find(([, value]) => value.continuation !== undefined)?.[1];
  const back = notes.join(' ').match(/come back by .* \(logits differ by ([\d.e-]+)\)/)?.[1];
  const parked = proven?.continuation && !/computed again when they come back/.test(notes.join(' '));
  const ways = ['batched', ...(proven?.continuation ? ['shared'] : []), ...(parked ? ['parked'] : [])];
  return [
    name,
    batched ? ways.join(', ') : "WebLLM's chat",
    proven?.difference?.toPrecision(2) ?? '',
    back ?? (parked ? 'exact' : 'none'),
    ...[vram.weights, vram.kv, vram.workspace].map(mib),
    ...[stated.called === null ? 'nothing' : mib(stated.called), mib(stated.largest)],
    ...[vram.peak, vram.limit].map(mib),
    ...[rates.peer, rates.one, rates.twelve].map((rate) => rate.toFixed(2)),
    (rates.twelve / rates.peer).toFixed(1),
  ];
}

/**
 * Runs in the page.
 * @param {{ folder: string, asked: { vramMiB: number, residents: number }[] }} options
 */
async function sweep({ folder, asked }) {
  const { tryBudgets, turn } = window.planaria;
  const [weights, kvOfOne] = [2_098_176, 4 * 2 ** 20];
  return tryBudgets(folder, weights, kvOfOne, asked, (i) =>
    turn(`t${i}`, `sshd[${i}]`, {
      prefix: [{ role: 'system', content: 'Triage this log line.' }],
      maxTokens: 2,
      sampling: { temperature: 1, topP: 0.9, seed: i },
    }),
  );
}

/** @param {string} name @param {Awaited<ReturnType<typeof sweep>>} tried */
function verdict(name, tried) {
  const opened = tried.filter(({ residents }) => residents > 0);
  const refused = tried.filter(({ residents }) => residents === 0);
  const least = Math.min(...opened.map(({ peak }) => peak));
  const passed = opened.filter(({ peak, limit }) => peak > limit);
  // What one agent was opened with would have been enough.
  const needless = refused.filter(({ limit }) => limit >= least);
  const failed = opened.filter(({ because }) => because !== '');
  const most = Math.max(...opened.map(({ peak, limit }) => peak / limit));
  const lines = [
    `${name}: ${tried.length} tried, ${opened.length} opened, ${refused.length} refused, ${passed.length} passed the limit, ` +
      `${needless.length} refused with as much as another held, ${failed.length} with a turn that failed.`,
    `The least that was held at most: ${mib(least)} MiB; the largest limit refused: ${mib(Math.max(0, ...refused.map(({ limit }) => limit)))} MiB; ` +
      `at most ${(100 * most).toFixed(1)} % of a limit were held.`,
    ...[...passed, ...needless, ...failed].map((each) => JSON.stringify(each)),
  ];
  return lines.join('\n');
}
