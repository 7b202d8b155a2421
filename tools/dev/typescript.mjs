/** The repository's own modules in TypeScript, which Node does not read. */
import path from 'node:path';
import { runnerImport } from 'vite';
import { root } from './workspace.mjs';

/** @param {string} file from the repository's root @returns {Promise<any>} its exports */
export const load = async (file) =>
  (await runnerImport(path.join(root, file), { configFile: false, logLevel: 'error' })).module;
