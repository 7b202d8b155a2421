/** Drives the page as a person would: files in, Run, wait, exports out. There is no hook for this in the product. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const POLL_MS = 500;
const ENGINE_SHOWN = 30_000;
/** Writing a large input into the browser's storage takes a while. */
const STARTED = 180_000;
/** Longer than any pause after which a run tries again by itself. */
const WAITED = 60_000;
const ENDED = ['done', 'cancelled', 'failed'];

/** @typedef {import('@playwright/test').Page} Page */

/**
 * The diagnostics that the page shows, one line each in the form `FILE:line:column: what; expected; what to do`.
 * @param {Page} page
 * @param {string[]} files the page knows their base names only
 * @param {(file: string) => string} shownAs what the caller calls them
 */
async function diagnostics(page, files, shownAs) {
  const found = await page.locator('section[role=alert] li').evaluateAll((items) =>
    items.map((item) => ({
      place: item.querySelector('.mono')?.textContent ?? '',
      message: item.querySelector('b')?.textContent ?? '',
      more: [...item.querySelectorAll('dl > *')].map((node) => [node.tagName, node.textContent ?? '']),
    })),
  );
  return found.map(({ place, message, more }) => {
    const at = files.find((file) => place.startsWith(`${path.basename(file)}:`));
    const where = at === undefined ? place : shownAs(at) + place.slice(path.basename(at).length);
    const rest = more.flatMap(([tag, text], k) => {
      if (tag !== 'DD') return [];
      return [more[k - 1]?.[1] === 'Expected' ? `expected ${text}` : text];
    });
    return `${where}: ${[message, ...rest].join('; ')}`;
  });
}

/**
 * Files that the start screen does not take at all: too large, or not text.
 * @param {Page} page
 * @param {{ file: string, input?: string | undefined }} files
 * @param {(file: string) => string} shownAs
 */
async function notTaken(page, { file, input }, shownAs) {
  const found = await page
    .locator('[data-zone] [role=alert]')
    .evaluateAll((bars) => bars.map((bar) => [bar.closest('[data-zone]')?.getAttribute('data-zone'), bar.textContent]));
  return found.map(([zone, text]) => `${shownAs((zone === 'input' && input) || file)}:1:1: ${text?.trim()}`);
}

/**
 * The start screen's options, set by hand.
 * @param {Page} page
 * @param {{ limit?: number | undefined, seed?: number | undefined, engine: string, model?: string | undefined, vram?: number | undefined,
 *   ask?: boolean }} options
 * @returns {Promise<string[]>} what cannot be chosen
 */
async function setOptions(page, { limit, seed, engine, model, vram, ask = false }) {
  // By key: what the files turn out to be may move the page between a button's going down and its coming up.
  await page.getByText('Limit, seed, engine').press('Enter');
  if (limit !== undefined) await page.getByLabel('Limit').fill(String(limit));
  if (seed !== undefined) await page.getByLabel('Seed').fill(String(seed));
  // Nobody is here to be asked: what a swarm file says of that holds, and nothing waits beyond it unless that is wished.
  await page.getByLabel('Ask me about failed tasks').setChecked(ask);
  if (engine !== 'webllm') await page.getByLabel('Engine').selectOption(engine);
  if (vram !== undefined) {
    await page.getByRole('button', { name: 'change' }).click({ timeout: ENGINE_SHOWN });
    await page.locator('.gpu input[type=number]').fill(String(vram));
  }
  if (model === undefined) return [];
  if (/^https?:/.test(model)) {
    await page.locator('#model-url').fill(model);
    return [];
  }
  await page.locator('input[type=radio][name=model]').first().waitFor({ timeout: ENGINE_SHOWN });
  const all = page.getByRole('button', { name: /^Show all/ });
  if (await all.isVisible()) await all.click();
  const radio = page.locator(`input[type=radio][name=model][value=${JSON.stringify(model)}]`);
  if ((await radio.count()) === 0)
    return [`--model ${model}: no such model; expected an id of the page's list or the address of a model folder`];
  if (await radio.isDisabled()) {
    const why = await page.getByRole('row').filter({ has: radio }).locator('.note').innerText();
    return [`--model ${model}: ${why}`];
  }
  await radio.check();
  return [];
}

/**
 * Types the endpoint that the start screen asks for.
 * @param {import('@playwright/test').Locator} asks
 * @param {{ url: string, model: string, key: string }} remote
 * @returns {Promise<string[]>} what it refuses
 */
async function nameEndpoint(asks, { url, model, key }) {
  for (const [label, text] of /** @type {const} */ ([
    ['Address', url],
    ['Model', model],
    ['Key', key],
  ])) {
    await asks.getByLabel(label, { exact: true }).fill(text);
    await asks.getByLabel(label, { exact: true }).blur();
  }
  const wrong = await asks.getByRole('alert').allInnerTexts();
  return wrong.map((text) => `--remote ${url}: ${text}`);
}

/**
 * Hands over both files and starts.
 * @param {Page} page
 * @param {{ file: string, input?: string | undefined, shownAs?: (file: string) => string,
 *   setFile?: (label: string, file: string) => Promise<void>,
 *   onNote?: (note: string) => void, remote?: { url: string, model: string, key: string } | null } & Parameters<typeof setOptions>[1]} options
 *   `shownAs`: what to call the files in what is refused, where not by their paths; `setFile`: puts a file where that label is,
 *   where not by Playwright, which keeps hold of the input's whole screen; `onNote`: told how the input is read, a note at a time; `remote`: named where the start screen asks for it
 * @returns {Promise<string[]>} what the page refuses; empty once the run screen is there
 */
export async function start(page, options) {
  const { shownAs = (file) => file, onNote = () => undefined } = options;
  const { setFile = (label, file) => page.getByLabel(label, { exact: true }).setInputFiles(file) } = options;
  const files = [options.file, ...(options.input === undefined ? [] : [options.input])];
  await setFile('Swarm file', options.file);
  if (options.input !== undefined) await setFile('Input file', options.input);
  const run = page.getByRole('button', { name: 'Run', exact: true });
  const impossible = await setOptions(page, options);
  const asks = page.locator('fieldset[data-endpoint]');
  let named = false;
  for (const ready = Date.now() + STARTED; ;) {
    const refused = [
      ...(await notTaken(page, options, shownAs)),
      ...(await diagnostics(page, files, shownAs)),
      ...impossible,
    ];
    if (refused.length > 0) return refused;
    if (!named && (await asks.isVisible())) {
      if (!options.remote)
        return [
          `${shownAs(options.file)}:1:1: its agents work at an endpoint; expected --remote URL and --remote-model ID`,
        ];
      const wrong = await nameEndpoint(asks, options.remote);
      if (wrong.length > 0) return wrong;
      named = true;
    }
    if (await run.isEnabled()) break;
    if (Date.now() > ready) throw new Error(`Run stayed off: ${await page.locator('.go').allInnerTexts()}`);
    if (options.input === undefined && (await page.getByText('choose one.').isVisible()))
      return [
        `${shownAs(options.file)}:1:1: this swarm works on an input file; expected --input LOG, or - for standard input`,
      ];
    if (await page.locator('.go').getByText('Needs WebGPU.').isVisible())
      throw new Error(
        'this browser gives no WebGPU adapter; try --adapter swiftshader, or --engine scripted for no model at all',
      );
    await page.waitForTimeout(100);
  }
  for (const note of await page.locator('[data-testid=input-reading] ul li').allInnerTexts()) onNote(note);
  await run.click();
  for (const end = Date.now() + STARTED; !(await page.locator('[data-phase]').isVisible());) {
    if (Date.now() > end) throw new Error(`the run did not start: ${await page.locator('.go').allInnerTexts()}`);
    const refused = await diagnostics(page, files, shownAs);
    if (refused.length > 0) return refused;
    await page.waitForTimeout(100);
  }
  return [];
}

/**
 * Names the endpoint of a run whose agents all work there, and that waits for it.
 * @param {Page} page
 * @param {import('@playwright/test').Locator} ended
 * @param {{ url: string, model: string, key: string }} remote
 */
async function nameInPlace(page, ended, remote) {
  const asks = page.locator('section[data-endpoint]');
  await asks.or(ended).first().waitFor();
  if (!(await asks.isVisible())) return [];
  const wrong = await nameEndpoint(asks, remote);
  if (wrong.length > 0) return wrong;
  await asks.getByRole('button').click();
  await page.locator('[data-at-endpoint=named]').or(ended).first().waitFor();
  return [];
}

/**
 * Lets tasks that fail here go to an endpoint, for the run that the page shows.
 * @param {Page} page
 * @param {{ url: string, model: string, key: string }} remote
 * @returns {Promise<string[]>} why not; empty once it is allowed
 */
export async function allowRemote(page, { url, model, key }) {
  const ended = page.locator(ENDED.map((phase) => `[data-phase=${phase}]`).join(', ')).first();
  const at = await page.locator('[data-phase]').getAttribute('data-at-endpoint');
  if (at !== null) return at === 'named' ? [] : nameInPlace(page, ended, { url, model, key });
  const part = page.locator('aside details').filter({ hasText: 'A model elsewhere' });
  const answer = part.locator('[role=alert], [role=status]');
  try {
    await part.locator('summary').click();
    await part.getByLabel('Address').fill(url);
    await part.getByLabel('Model', { exact: true }).fill(model);
    await part.getByLabel('Key', { exact: true }).fill(key);
    await part.getByRole('button').click();
    await answer.or(ended).first().waitFor();
  } catch (fault) {
    // A run that is over asks nobody any more.
    if (await ended.isVisible()) return [];
    throw fault;
  }
  if (!(await answer.isVisible()) || (await answer.getAttribute('role')) !== 'alert') return [];
  return [`--remote ${url}: ${await answer.innerText()}`];
}

/** @param {Page} page @returns {Promise<string>} the bars above the figures, one a line */
async function notices(page) {
  const bars = await page.locator('.notices > section p').allTextContents();
  return bars.map((bar) => bar.replace(/\s+/g, ' ').trim()).join('\n');
}

/**
 * The run as the page shows it.
 * @param {Page} page
 * @returns {Promise<{ phase: string, results: string, failed: string, retries: string, tokensPerSecond: string, notices: string }>} figures
 *   with the page's own separators; `notices`: why it waits or cannot go on
 */
export async function shownRun(page) {
  const text = async (/** @type {string} */ id) => (await page.getByTestId(id).first().textContent())?.trim() ?? '';
  const phase = (await page.locator('[data-phase]').getAttribute('data-phase')) ?? '';
  return {
    phase,
    results: await text('results'),
    failed: await text('failed'),
    retries: await text('retries'),
    tokensPerSecond: await text('tokens-per-second'),
    notices: phase === 'waiting' || phase === 'failed' ? await notices(page) : '',
  };
}

/** What the run that the page shows is called. @param {Page} page */
export const shownId = async (page) => (await page.locator('[data-run]').getAttribute('data-run')) ?? '';

/** Whether a run in this phase goes no further by itself. @param {string} phase */
export const isOver = (phase) => ENDED.includes(phase);

/** Watches for a run that waits for a person: here it would wait for ever. */
export class Patience {
  #last = '';
  #since = Date.now();

  /** @param {string} phase @param {string} told what is known of the run @returns {boolean} whether there is none left */
  isOut(phase, told) {
    if (told !== this.#last) this.#since = Date.now();
    this.#last = told;
    return phase === 'waiting' && Date.now() - this.#since > WAITED;
  }
}

/**
 * Waits for the end of the run.
 * @param {Page} page
 * @param {number} timeoutMs
 * @param {(line: string) => void} progress
 */
export async function runToEnd(page, timeoutMs, progress) {
  const end = Date.now() + timeoutMs;
  const patience = new Patience();
  let last = '';
  while (Date.now() < end) {
    const { phase, results, failed, retries, tokensPerSecond, notices } = await shownRun(page);
    const line = `${phase}: ${results} results, ${failed} failed, ${retries} retries, ${tokensPerSecond} tokens/s`;
    const told = notices === '' ? line : `${line}\n${notices}`;
    if (told !== last) progress(told);
    last = told;
    if (patience.isOut(phase, told) || isOver(phase)) return phase;
    await page.waitForTimeout(POLL_MS);
  }
  return 'timeout';
}

/**
 * Opens a run that the browser has kept: it goes on.
 * @param {Page} page
 * @param {string} url of the page @param {string} run
 * @returns {Promise<boolean>} false where it is not there
 */
export async function reopen(page, url, run) {
  await page.goto(`${url}#/run/${run}`);
  const shown = page.locator('[data-phase]');
  const gone = page.locator('main.alone h1');
  await shown.or(gone).first().waitFor({ timeout: STARTED });
  return shown.isVisible();
}

/**
 * @param {Page} page
 * @param {'jsonl' | 'csv' | 'report' | 'markdown'} kind
 */
export async function exported(page, kind) {
  const button = page.locator(`[data-export=${kind}]`).first();
  if (!(await button.isVisible())) await page.getByRole('button', { name: 'Export', exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFile(await download.path());
}
