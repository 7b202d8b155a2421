import path from 'node:path';
import { serve } from './serve.mjs';
import { root } from './workspace.mjs';

/**
 * The `globalSetup` of playwright.config.ts, which wants a file of its own: serves the production build for the whole run, on a free port;
 * `baseURL` of the configuration reads where. PLANARIA_DIST names another folder than dist/.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await serve({ root: process.env.PLANARIA_DIST ?? path.join(root, 'dist') });
  process.env.PLANARIA_URL = server.url;
  return server.close;
}
