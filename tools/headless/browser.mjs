import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium } from '@playwright/test';
import { baseFlags, executablePath, realGpu, swiftShader } from '../dev/chromium.mjs';

// A hidden or unfocused tab must work at full speed: nobody looks at this one.
const UNWATCHED = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

const hasGpuDevice = () => existsSync('/dev/dri') || readdirSync('/dev').some((name) => name.startsWith('nvidia'));

/** @param {'auto' | 'gpu' | 'swiftshader'} adapter `auto` takes a real GPU where the machine shows one, SwiftShader elsewhere */
function flags(adapter) {
  const real = adapter === 'gpu' || (adapter === 'auto' && hasGpuDevice());
  return [...baseFlags, ...UNWATCHED, ...(real ? realGpu : [swiftShader])];
}

/**
 * Chromium with WebGPU, for `chromium.launch` and its relatives.
 * @param {Parameters<typeof flags>[0]} adapter
 */
export const launchOptions = (adapter) => ({
  executablePath,
  // Playwright's own headless shell is another binary; the new headless mode of Chromium proper is asked for by hand.
  headless: false,
  args: flags(adapter),
});

/** @param {Parameters<typeof flags>[0]} adapter */
export const launchBrowser = (adapter) => chromium.launch(launchOptions(adapter));

/** What the page's address is in a profile that stays, whatever port it is served from: the browser keeps what a page stores by its address. */
const ADDRESS = 'localhost:47017';

/**
 * Chromium on a profile that stays. It ends with this process, also where that is killed.
 * @param {Parameters<typeof flags>[0]} adapter
 * @param {string} profile folder, made where it is missing
 * @param {number} port on which the page is served
 */
export async function openProfile(adapter, profile, port) {
  const { args, ...options } = launchOptions(adapter);
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    args: [...args, `--host-resolver-rules=MAP ${ADDRESS} 127.0.0.1:${port}`],
    // The words on the page are how its parts are found.
    locale: 'en',
    acceptDownloads: true,
    // A newer build is not to be hidden by the copy that an earlier one kept.
    serviceWorkers: 'block',
    // Signals are the caller's.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  return { context, url: `http://${ADDRESS}/` };
}

/**
 * @param {Parameters<typeof flags>[0]} adapter
 * @param {string} profile
 */
export const startBrowser = (adapter, profile) => startProcess(flags(adapter), profile);

/**
 * Chromium as a process of its own, on a profile that stays: it can be killed as by a machine that loses power, and started again.
 * @param {readonly string[]} args
 * @param {string} profile folder, made where it is missing
 * @param {{ noDefaults?: boolean }} [options] `noDefaults`: tabs behave as they do for a person, where Playwright takes each for the one that
 *   is looked at
 * @returns {Promise<{ browser: import('@playwright/test').Browser, kill: () => Promise<void> }>} `kill` ends it and all its children at
 *   once; nothing in it gets to say goodbye
 */
export async function startProcess(args, profile, options = {}) {
  const own = ['--lang=en-US', `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(executablePath, [...args, ...own], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  };
  process.once('exit', killGroup);
  /** @type {string} */
  const address = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Chromium ended with code ${code} before it listened`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    browser: await chromium.connectOverCDP(address, options),
    kill: async () => {
      process.removeListener('exit', killGroup);
      killGroup();
      await gone;
    },
  };
}
