/**
 * What a host sends with the page, in one place: the server of ours sends these headers, the build writes what of them fits into the page as
 * `<meta>` for hosts that send none, and `public/_headers` and `docs/nginx.conf.example` say the same to hosts that can be told.
 *
 *     node tools/dev/hosting.mjs    writes those two files anew; a test holds them to this one
 */
import { writeFileSync } from 'node:fs';
import { isMain } from './is-main.mjs';

/**
 * The Content Security Policy.
 *
 * - `script-src` carries 'wasm-unsafe-eval' because the model library is WebAssembly; there is no eval and no inline script.
 * - `connect-src` cannot list the hosts of models: a person may name any model folder, and a policy fixed at build time
 *   cannot know it. So it admits every HTTPS host, and plain HTTP only on this computer (a local model server).
 *   The same holds for endpoints (src/engine/endpoint.ts takes no other addresses).
 *   What may be fetched is decided by the person who types the address, never by a swarm file or by model output.
 * - `worker-src` needs no blob: all workers are files of the build.
 * - Trusted Types: no text becomes markup or script but by these policies: Svelte's for its own templates, and ours for the addresses of
 *   workers (src/runtime/client/trusted-scripts.ts).
 */
const directives = {
  'default-src': ["'self'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'style-src': ["'self'"],
  'worker-src': ["'self'"],
  'connect-src': ["'self'", 'https:', 'http://localhost:*', 'http://127.0.0.1:*'],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['svelte-trusted-html', 'planaria-scripts'],
};

/** @param {Record<string, string[]>} policy */
const serialize = (policy) =>
  Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');

/** For `<meta http-equiv>`: browsers ignore `frame-ancestors` there and warn about it, so the page itself refuses frames (src/ui/framed.ts). */
export const metaPolicy = serialize(directives);

/** For the response header. No page may frame ours, of our own origin neither. */
export const headerPolicy = serialize({ ...directives, 'frame-ancestors': ["'none'"] });

const REFERRER = 'no-referrer';

/** What the page never asks for, and nobody in it. */
const features = [
  ...['accelerometer', 'autoplay', 'camera', 'display-capture', 'encrypted-media', 'geolocation'],
  ...['gyroscope', 'hid', 'idle-detection', 'magnetometer', 'microphone', 'midi', 'payment', 'picture-in-picture'],
  ...['publickey-credentials-get', 'screen-wake-lock', 'serial', 'usb', 'xr-spatial-tracking'],
];

/**
 * With every file. There is no Cross-Origin-Embedder-Policy: nothing in Planaria needs shared memory, and with it a model could come only from
 * hosts that send headers for it.
 */
export const headers = {
  'Content-Security-Policy': headerPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': features.map((name) => `${name}=()`).join(', '),
  'Referrer-Policy': REFERRER,
  'X-Content-Type-Options': 'nosniff',
};

/** Those of them that a page can say of itself. @type {readonly Readonly<Record<string, string>>[]} */
export const metas = [
  { 'http-equiv': 'Content-Security-Policy', content: metaPolicy },
  { name: 'referrer', content: REFERRER },
];

/** Vite writes a hash of the content into the name of everything under assets/, so those never change. */
const hashedAsset = /^assets\/[^/]+-[\w-]{8,}\.\w+$/;
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/** @param {string} name of a file in the page's folder @returns {string} its Cache-Control */
export const cacheControl = (name) => (hashedAsset.test(name) ? FOR_EVER : ASK_AGAIN);

/** @type {Readonly<Record<string, string>>} */
export const types = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.yaml': 'application/yaml; charset=utf-8',
};

const WRITTEN = 'Written by `node tools/dev/hosting.mjs`; docs/hosting.md says what each line is for.';

/** @param {readonly (readonly [string, string])[]} lines */
const indented = (lines) => lines.map(([name, value]) => `  ${name}: ${value}`).join('\n');

/**
 * `_headers` as Netlify and Cloudflare Pages read it. Where two rules match they send both, so none says twice what another says: what is not
 * named here has their own Cache-Control, which asks again as well.
 */
export const netlifyHeaders = `# ${WRITTEN}
/*
${indented(Object.entries(headers))}
/assets/*
${indented([['Cache-Control', FOR_EVER]])}
${['/', '/index.html', '/sw.js'].map((name) => `${name}\n${indented([['Cache-Control', ASK_AGAIN]])}`).join('\n')}
/models/pocket/pocket.wasm
${indented([['Content-Type', types['.wasm'] ?? '']])}
`;

/** A server block for nginx. One level of `add_header`: those of an inner block would take the place of the outer ones. */
export const nginxExample = `# ${WRITTEN}
map $uri $planaria_cache {
  default "${ASK_AGAIN}";
  "~^/assets/[^/]+-[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_]+$" "${FOR_EVER}";
}

server {
  listen 443 ssl;
  http2 on;
  server_name planaria.example;
  # ssl_certificate and ssl_certificate_key stand here.
  root /srv/planaria;

  include mime.types;
  types {
    application/wasm wasm;
    application/manifest+json webmanifest;
    application/yaml yaml;
    text/plain log;
  }
  charset utf-8;
  gzip on;
  gzip_types text/css text/javascript application/javascript application/json application/yaml application/wasm image/svg+xml;

${Object.entries(headers)
  .map(([name, value]) => `  add_header ${name} "${value}" always;`)
  .join('\n')}
  add_header Cache-Control $planaria_cache always;

  location / {
    try_files $uri $uri/index.html =404;
  }
}
`;

/** @type {readonly (readonly [file: string, text: string])[]} */
export const writtenFiles = [
  ['public/_headers', netlifyHeaders],
  ['docs/nginx.conf.example', nginxExample],
];

if (isMain(import.meta.url))
  for (const [file, text] of writtenFiles) writeFileSync(new URL(`../../${file}`, import.meta.url), text);
