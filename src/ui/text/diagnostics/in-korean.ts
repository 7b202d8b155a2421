/** Diagnostics of swarm files, input files and fault plans in Korean. Fetched where a Korean page shows one. */
import { fileKo } from './file.ko.ts';
import { flowKo } from './flow.ko.ts';
import { inputKo } from './input.ko.ts';
import { phrasesKo } from './phrases.ko.ts';
import { schemaKo } from './schema.ko.ts';
import { type Pair, translator } from './templates.ts';

export const PAIRS: readonly Pair[] = [...fileKo, ...flowKo, ...schemaKo, ...inputKo];

const translate = translator(PAIRS, phrasesKo);

/** A message, what was expected or a hint; as it is where nothing here is of it. */
export const inKorean = (text: string): string => translate(text) ?? text;
