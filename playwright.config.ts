import { defineConfig } from '@playwright/test';
import { baseFlags, executablePath, swiftShader } from './tools/dev/chromium.mjs';

/** Tests on a real model: those of the engine, and those that say so. */
const MODEL = /engine\/|@model/;

/**
 * End-to-end tests drive the production build (`npm run build` first) in the system's Chromium, with WebGPU on SwiftShader so that they need no
 * GPU. It computes on the CPU: one model at a time, and patient. Tests without a model mostly wait, and do so beside it.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  globalSetup: './tools/dev/e2e-setup.ts',
  workers: 2,
  projects: [
    { name: 'model', grep: MODEL, workers: 1 },
    { name: 'page', grepInvert: MODEL },
  ],
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: process.env.PLANARIA_E2E_REPORT ?? 'test-results/e2e.json' }]],
  use: {
    // Set by globalSetup, which runs before any test's process reads this file. Tests go to './'.
    ...(process.env.PLANARIA_URL ? { baseURL: process.env.PLANARIA_URL } : {}),
    browserName: 'chromium',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args: [...baseFlags, swiftShader] },
  },
});
