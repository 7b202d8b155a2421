/**
 * Writes public/swarms/index.json: the example swarms with what people are told about them, so that the start screen needs no parser.
 *
 *     node tools/swarm/index.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { load } from '../dev/typescript.mjs';

const index = new URL('../../public/swarms/index.json', import.meta.url);

const { parseSwarm } = await load('src/swarm/parse.ts');
const { summarize } = await load('src/swarm/summary.ts');
const { swarms, inputs } = JSON.parse(readFileSync(index, 'utf8'));
const told = swarms.map((/** @type {{ file: string }} */ { file }) => {
  const parsed = parseSwarm(file, readFileSync(new URL(file, index), 'utf8'));
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.error)}`);
  return { file, summary: summarize(parsed.value.swarm) };
});
const filepath = fileURLToPath(index);
const text = JSON.stringify({ inputs, swarms: told });
writeFileSync(index, await format(text, { ...(await resolveConfig(filepath)), filepath }));
