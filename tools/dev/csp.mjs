/**
 * The Content Security Policy of production, in one place: the server sends it as a header, the build writes it into
 * the page as a `<meta>` for hosts whose headers we do not control.
 *
 * - `script-src` carries 'wasm-unsafe-eval' because the model library is WebAssembly; there is no eval and no inline script.
 * - `connect-src` cannot list the hosts of models: a person may name any model folder, and a policy fixed at build time
 *   cannot know it. So it admits every HTTPS host, and plain HTTP only on this computer (a local model server).
 *   The same holds for endpoints (src/engine/endpoint.ts takes no other addresses).
 *   What may be fetched is decided by the person who types the address, never by a swarm file or by model output.
 * - `worker-src` needs no blob: both workers are files of the build.
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
};

/** @param {Record<string, string[]>} policy */
const serialize = (policy) =>
  Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');

/** For `<meta http-equiv>`: browsers ignore `frame-ancestors` there and warn about it, so it is left out. */
export const metaPolicy = serialize(directives);

/** For the response header. */
export const headerPolicy = serialize({ ...directives, 'frame-ancestors': ["'none'"] });
