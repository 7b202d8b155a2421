/**
 * Writes public/swarm.schema.json from the code that checks swarm files.
 *
 *     node tools/swarm/schema.mjs
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = new URL('../../', import.meta.url);
const { module } = await runnerImport(fileURLToPath(new URL('src/swarm/json-schema-export.ts', root)), {
  configFile: false,
  logLevel: 'error',
});
writeFileSync(new URL('public/swarm.schema.json', root), module.publishedSchema());
