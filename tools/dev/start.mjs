/**
 * `npm start [-- --host 0.0.0.0 --port 8080]`: from a fresh clone to the page. Installs and builds where that is needed,
 * serves dist/ with the headers of production and prints the address.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { serveNear } from './serve.mjs';
import { ensureBuilt, ensureInstalled, root } from './workspace.mjs';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '4173' },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`--port wants a number from 0 to 65535, not '${values.port}'`);
  process.exit(2);
}

try {
  await ensureInstalled();
  await ensureBuilt();
  const { url } = await serveNear({ root: path.join(root, 'dist'), host: values.host, port });
  console.log(`Planaria is at ${url}  (Ctrl+C ends it)`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
