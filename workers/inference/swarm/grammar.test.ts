/** Grammars over the built-in model's own vocabulary: whatever is drawn, what is copied stands in the item. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/kernel/random.ts';
import { checkOutput } from '../../../src/swarm/json-schema.ts';
import type { OutputSchema } from '../../../src/swarm/output-schema.ts';
import type { ChatConfig } from '../device/webllm-internals.ts';
import { tokenBytes } from '../grammar/token-trie.ts';
import { Grammars } from './grammar.ts';

type Xgrammar = typeof import('@mlc-ai/web-xgrammar');

/** The package is a script for bundlers: under Node it looks for CommonJS's globals and leaves its exports on globalThis. */
async function library(): Promise<Xgrammar> {
  const entry = createRequire(import.meta.url).resolve('@mlc-ai/web-xgrammar');
  Object.assign(globalThis, { require: createRequire(entry), __filename: entry });
  await import('@mlc-ai/web-xgrammar');
  return (globalThis as unknown as { xgrammar: Xgrammar }).xgrammar;
}

const folder = new URL('../../../public/models/pocket/resolve/main/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const { model } = read('tokenizer.json') as { model: { vocab: Record<string, number> } };
const config = read('mlc-chat-config.json') as ChatConfig;
const vocabulary = Array.from({ length: config.vocab_size }, () => '');
for (const [token, id] of Object.entries(model.vocab)) vocabulary[id] = token;

const lines = readFileSync(new URL('../../../public/swarms/inputs/mixed.log', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '');
const decoder = new TextDecoder();

const grammars = new Grammars(vocabulary, config, library);

/** An answer, each token drawn from those that may come. */
async function drawn(schema: OutputSchema, item: string, seed: string): Promise<string> {
  const random = seededRandom(seed);
  const matcher = await grammars.matcher(JSON.stringify(schema), [item]);
  const bytes: number[] = [];
  try {
    while (!matcher.complete()) {
      const mask = await matcher.mask();
      const next = vocabulary.flatMap((_, id) => ((mask[id >> 5] ?? 0) & (1 << (id & 31)) ? [id] : []));
      // Bytes of half a character are no text, and how long that is nobody can say.
      const whole = next.filter(
        (each) => !decoder.decode(tokenBytes(vocabulary[each] ?? '', 'byte_level')).includes('\ufffd'),
      );
      // What closes something is taken more often: a random text would seldom come to its end.
      const closing = whole.filter((id) => /["}\]]$/.test(vocabulary[id] ?? ''));
      const id = random.pick(closing.length > 0 && random.chance(0.3) ? closing : whole.length > 0 ? whole : next);
      expect(matcher.accept(id)).toBe(true);
      bytes.push(...tokenBytes(vocabulary[id] ?? '', 'byte_level'));
      if (bytes.length > 4000) throw new Error(`no end: ${decoder.decode(Uint8Array.from(bytes))}`);
    }
  } finally {
    matcher.dispose();
  }
  return decoder.decode(Uint8Array.from(bytes));
}

const copied = { type: 'string', minLength: 1, maxLength: 96, 'x-copied-from': 'input' } as const;

describe('whatever is drawn passes', () => {
  test.each<[string, OutputSchema]>([
    [
      'a subject among choices',
      {
        type: 'object',
        properties: {
          severity: { enum: ['debug', 'info', 'notice', 'warning', 'error', 'critical'] },
          subject: copied,
          action: { enum: ['none', 'watch', 'investigate', 'page'] },
        },
        required: ['severity', 'subject', 'action'],
        additionalProperties: false,
      },
    ],
    [
      'several copies with free text around',
      {
        type: 'object',
        properties: {
          note: { type: 'string', maxLength: 40 },
          host: { ...copied, maxLength: 12 },
          words: { type: 'array', items: { ...copied, minLength: 3 }, minItems: 1, maxItems: 3 },
          why: { type: 'string', maxLength: 20 },
        },
        required: ['note', 'host', 'words', 'why'],
        additionalProperties: false,
      },
    ],
    [
      'a pattern, and another way out',
      {
        type: 'object',
        properties: {
          number: { anyOf: [{ type: 'null' }, { type: 'string', pattern: '^[0-9]{2,}$', 'x-copied-from': 'input' }] },
        },
        required: ['number'],
        additionalProperties: false,
      },
    ],
  ])('%s', async (_, schema) => {
    const items = [...lines.slice(0, 12), '"quoted" \\path\\to\tthing', '한글 로그 é 🜁 끝', 'a 12', 'x'.repeat(300)];
    for (const [at, item] of items.entries()) {
      const text = await drawn(schema, item, `${at}`);
      expect(checkOutput(schema, JSON.parse(text), { input: item }), `${item} -> ${text}`).toEqual([]);
    }
  });
});

test('where nothing can be copied the turn is told so before it begins', async () => {
  const schema = JSON.stringify({ ...copied, format: 'ipv4' });
  await expect(grammars.matcher(schema, ['no address'])).rejects.toMatchObject({
    error: { code: 'schema-unsupported' },
  });
  (await grammars.matcher(schema, ['at 10.0.0.1'])).dispose();
});
