/**
 * Copying that cannot fail (workers/inference/grammar/copying.ts): what it costs to begin with an item, and for each token, beside the grammar's
 * own mask in the same step; and the other way, the item's pieces as rules of the grammar, compiled for each item.
 *
 *     npm run bench -- copying [--items 40]
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { load } from '../tools/dev/typescript.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { machine, table } from './support.mjs';

const { values } = parseArgs({ options: { items: { type: 'string', default: '40' } } });
const ITEMS = Number(values.items);
const LENGTHS = [100, 1000, 16_384];
const COMPILED = [50, 100, 200];
const MOST_TOKENS = 60;

const { CopySource } = await load('workers/inference/grammar/copy-source.ts');
const { beginCopying } = await load('workers/inference/grammar/copying.ts');
const { narrowed, stepped } = await load('workers/inference/grammar/copy-mask.ts');
const { TokenTrie } = await load('workers/inference/grammar/token-trie.ts');
const { answerGrammar } = await load('workers/inference/grammar/answer-grammar.ts');
const { seededRandom } = await load('src/kernel/random.ts');

// The package is a script for bundlers: under Node it looks for CommonJS's globals and leaves its exports on globalThis.
const entry = createRequire(import.meta.url).resolve('@mlc-ai/web-xgrammar');
Object.assign(globalThis, { require: createRequire(entry), __filename: entry });
await import('@mlc-ai/web-xgrammar');
const { GrammarCompiler, GrammarMatcher, TokenizerInfo } = /** @type {any} */ (globalThis).xgrammar;

const folder = path.join(root, 'public/models/pocket/resolve/main');
const read = (/** @type {string} */ name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
/** @type {string[]} */
const pocket = [];
for (const [token, id] of Object.entries(read('tokenizer.json').model.vocab)) pocket[Number(id)] = token;
const random = seededRandom('copying');
const letters = 'etaoinshrdlucmfwypvbgk0123456789';
const word = (/** @type {number} */ most) =>
  Array.from({ length: random.between(1, most) }, () => letters[Math.floor(random.next() ** 2 * letters.length)]).join(
    '',
  );
/** As many tokens as hub models have: the built-in model's, and words. */
const large = [...pocket];
while (large.length < 128_000) large.push(random.chance(0.5) ? `Ġ${word(8)}` : word(8));

const lines = readFileSync(path.join(root, 'public/swarms/inputs/mixed.log'), 'utf8');
const itemOf = (/** @type {number} */ length) => {
  let text = '';
  while (text.length < length) text += `${lines.slice(random.int(lines.length - 200)).slice(0, 150)} ${word(9)} `;
  return text.slice(0, length);
};

const schema = {
  type: 'object',
  properties: {
    kind: { enum: ['auth', 'network', 'storage'] },
    subject: { type: 'string', minLength: 1, maxLength: 96, 'x-copied-from': 'input' },
  },
  required: ['kind', 'subject'],
  additionalProperties: false,
};
const at = (/** @type {number[]} */ times, /** @type {number} */ share) =>
  (times.sort((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN).toFixed(3);
const timed = async (/** @type {number[]} */ into, /** @type {() => any} */ work) => {
  const from = performance.now();
  const value = await work();
  into.push(performance.now() - from);
  return value;
};

console.log(machine());
const rows = [];
for (const [name, vocabulary] of /** @type {[string, string[]][]} */ ([
  ['pocket', pocket],
  ['128,000 words', large],
])) {
  /** @type {number[]} */
  const making = [];
  const trie = await timed(making, () => new TokenTrie(vocabulary, 'byte_level', [2]));
  const info = await TokenizerInfo.createTokenizerInfo(vocabulary, 'byte_level', false, vocabulary.length, [2]);
  const compiler = await GrammarCompiler.createGrammarCompiler(info);
  const compiled = await compiler.compileGrammar(answerGrammar(JSON.stringify(schema), { copies: true }).ebnf);
  for (const length of LENGTHS) {
    const [beginning, first, later, peer] = [[], [], [], []].map((times) => /** @type {number[]} */ (times));
    for (let item = 0; item < ITEMS; item++) {
      const text = itemOf(length);
      let place = await timed(beginning, () => beginCopying(schema, new CopySource([text])));
      const matcher = await GrammarMatcher.createGrammarMatcher(compiled, undefined, true);
      /** The text that is copied begins when the value of `subject` does, in its quotes. */
      let written = '';
      for (let token = 0; token < MOST_TOKENS && !matcher.isTerminated(); token++) {
        const grammar = await timed(peer, () => matcher.getNextTokenBitmask());
        const times = /"subject" ?: ?"$/.test(written) ? first : later;
        const mask = await timed(times, () => narrowed(grammar, place, trie));
        const next = vocabulary.flatMap((_, id) => (mask[id >> 5] & (1 << (id & 31)) ? [id] : []));
        const id = random.pick(next);
        matcher.acceptToken(id);
        place = stepped(place, trie.bytes(id));
        written += Buffer.from(trie.bytes(id)).toString('latin1');
      }
      matcher.dispose();
    }
    rows.push([
      ...[name, length.toLocaleString('en'), making[0]?.toFixed(0), at(beginning, 0.5), at(beginning, 0.95)],
      ...[at(first, 0.5), at(first, 0.95), at(later, 0.5), at(later, 0.95), at(peer, 0.5), at(peer, 0.95)],
    ]);
  }
  compiled.dispose();
  if (name !== 'pocket') continue;
  const ways = [];
  for (const length of COMPILED) {
    /** @type {number[]} */
    const times = [];
    for (let item = 0; item < 3; item++) {
      const codes = Array.from(itemOf(length).replaceAll(/[^\w ]/g, ' '));
      const rules = codes.map((char, k) => `p${k} ::= "${char}" (p${k + 1} | "")`);
      const ebnf = [
        `root ::= "\\"" (${codes.map((_, k) => `p${k}`).join(' | ')}) "\\""`,
        ...rules,
        `p${codes.length} ::= "${codes[0]}"`,
      ];
      const grammar = await timed(times, () => compiler.compileGrammar(`${ebnf.join('\n')}\n`));
      grammar.dispose();
    }
    ways.push([String(length), at(times, 0.5)]);
  }
  console.log(`\npieces as rules of the grammar, compiled for each item\n\n${table(['characters', 'ms'], ways)}`);
}
console.log(
  `\nmilliseconds; "grammar" is xgrammar's own mask in the same steps\n\n${table(
    [
      ...['vocabulary', 'characters', 'tree', 'begin p50', 'p95', 'first mask p50', 'p95'],
      ...['later p50', 'p95', 'grammar p50', 'p95'],
    ],
    rows,
  )}`,
);
