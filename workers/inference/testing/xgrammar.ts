import { createRequire } from 'node:module';

type Xgrammar = typeof import('@mlc-ai/web-xgrammar');

/** The package is a script for bundlers: under Node it looks for CommonJS's globals and leaves its exports on globalThis. */
export async function loadXgrammar(): Promise<Xgrammar> {
  const entry = createRequire(import.meta.url).resolve('@mlc-ai/web-xgrammar');
  Object.assign(globalThis, { require: createRequire(entry), __filename: entry });
  await import('@mlc-ai/web-xgrammar');
  return (globalThis as unknown as { xgrammar: Xgrammar }).xgrammar;
}
