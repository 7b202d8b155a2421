/**
 * Writes public/swarm.schema.json from the code that checks swarm files.
 *
 *     node tools/swarm/schema.mjs
 */
import { writeFileSync } from 'node:fs';
import { load } from '../dev/typescript.mjs';

const { publishedSchema } = await load('src/swarm/json-schema-export.ts');
writeFileSync(new URL('../../public/swarm.schema.json', import.meta.url), publishedSchema());
