/**
 * The static server of production, on Node's built-ins alone: it must run before anything is installed.
 *
 * As a module: `const server = await serve({ root: 'dist', port: 0 }); ... await server.close();`
 * As a command: `node tools/dev/serve.mjs [--root dist] [--host 127.0.0.1] [--port 4173] [--base /some/path/]`
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { cacheControl, headers, types } from './hosting.mjs';
import { isMain } from './is-main.mjs';

/**
 * The file that a request names, or null.
 * @param {string} root absolute, with links resolved
 * @param {string} basePath starts and ends with a slash
 * @param {string} target the request target
 * @returns {Promise<{ file: string, size: number, mtime: Date } | null>}
 */
async function find(root, basePath, target) {
  let pathname;
  try {
    pathname = decodeURIComponent(/^[^?#]*/.exec(target)?.[0] ?? '');
  } catch {
    return null;
  }
  if (!pathname.startsWith(basePath) || pathname.includes('\0')) return null;
  const relative = pathname.slice(basePath.length);
  const wanted = path.join(root, relative.endsWith('/') || relative === '' ? `${relative}index.html` : relative);
  try {
    // After links are resolved, so that neither `..` nor a link inside the folder leads out of it.
    const file = await realpath(wanted);
    if (!file.startsWith(root + path.sep)) return null;
    const found = await stat(file);
    return found.isFile() ? { file, size: found.size, mtime: found.mtime } : null;
  } catch {
    return null;
  }
}

/** For benches that measure memory. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Serves a folder with the headers of production.
 * @param {object} options
 * @param {string | URL} options.root the folder
 * @param {number} [options.port] 0 for any free port
 * @param {string} [options.host]
 * @param {string} [options.basePath] where on the host the folder appears, for example `/demo/`
 * @param {boolean} [options.bare] without those headers, as a static host does that knows nothing of us
 * @param {boolean} [options.isolated] cross-origin isolated besides: only then does a browser tell a page how much memory it takes
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>} rejects with EADDRINUSE where the port is taken
 */
export async function serve({ root, port = 0, host = '127.0.0.1', basePath = '/', bare = false, isolated = false }) {
  const base = `/${basePath.split('/').filter(Boolean).join('/')}/`.replace('//', '/');
  const folder = await realpath(root);

  const server = createServer(async (request, response) => {
    if (!bare) response.setHeaders(new Map(Object.entries(headers)));
    if (isolated) response.setHeaders(new Map(Object.entries(isolation)));

    /** @param {number} status @param {string} text */
    const refuse = (status, text) => {
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
      response.end(`${text}\n`);
    };

    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(405, 'Only GET and HEAD');
    }
    const target = request.url ?? '/';
    if (base !== '/' && target === base.slice(0, -1)) {
      response.writeHead(308, { Location: base });
      return response.end();
    }
    const found = await find(folder, base, target);
    if (!found) return refuse(404, 'Not found');

    const { file, size, mtime } = found;
    const name = path.relative(folder, file).split(path.sep).join('/');
    const etag = `"${size.toString(16)}-${mtime.getTime().toString(16)}"`;
    response.setHeader('Content-Type', types[path.extname(file).toLowerCase()] ?? 'application/octet-stream');
    response.setHeader('Cache-Control', cacheControl(name));
    response.setHeader('ETag', etag);
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304);
      return response.end();
    }
    response.writeHead(200, { 'Content-Length': size });
    if (request.method === 'HEAD') return response.end();
    // A client that goes away mid-file is its own business; the pipeline has closed both ends by then.
    await pipeline(createReadStream(file), response).catch(() => {});
  });

  await /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    })
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;

  return {
    url: `http://${shown}:${address.port}${base}`,
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/**
 * As `serve`, on `port` or the first free one of the 20 after it.
 * @param {Parameters<typeof serve>[0] & { port: number }} options
 * @returns {ReturnType<typeof serve>}
 */
export async function serveNear(options) {
  for (let port = options.port; ; port++) {
    try {
      return await serve({ ...options, port });
    } catch (error) {
      const taken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (!taken || port >= options.port + 20) throw error;
    }
  }
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      root: { type: 'string', default: 'dist' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '4173' },
      base: { type: 'string', default: '/' },
    },
  });
  const { url } = await serveNear({
    root: values.root,
    host: values.host,
    port: Number(values.port),
    basePath: values.base,
  });
  console.log(url);
}
