import path from 'node:path';
import { serve } from './serve.mjs';
import { root } from './workspace.mjs';

/** Serves the production build for the whole run, on a free port; `baseURL` of the configuration reads where. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await serve({ root: path.join(root, 'dist') });
  process.env.PLANARIA_URL = server.url;
  return server.close;
}
