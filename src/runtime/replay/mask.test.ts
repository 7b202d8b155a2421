import fc from 'fast-check';
import { expect, test } from 'vitest';
import { template } from '../../healing/witnesses.ts';
import { repetition } from '../../healing/repetition.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import { maskLines, maskOutput } from './mask.ts';

const word = fc.stringMatching(/^[A-Z][a-z]{6,12}$/);
const line = fc
  .array(fc.oneof(word, fc.nat(99_999).map(String), fc.ipV4()), { minLength: 3, maxLength: 12 })
  .map((parts) => parts.join(' '));

test('placeholders are as long as the lines, alike where these are, and have nothing of them', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 2, maxLength: 40 }), (lines) => {
      const masks = maskLines(lines);
      expect(masks.map(({ length }) => length)).toEqual(lines.map(({ length }) => length));
      for (const [k, mask] of masks.entries()) {
        expect(repetition(mask).looping).toBe(false);
        for (const part of lines[k]!.split(' ')) if (part.length > 6) expect(mask).not.toContain(part);
        for (const [other, also] of masks.entries())
          if (lines[k]!.length > 8 && lines[other]!.length > 8)
            expect(template(mask) === template(also)).toBe(template(lines[k]!) === template(lines[other]!));
      }
    }),
  );
});

const SCHEMA: OutputSchema = {
  type: 'object',
  properties: {
    severity: { enum: ['info', 'error'] },
    subject: { type: 'string', minLength: 1, maxLength: 200, 'x-copied-from': 'input' },
    count: { type: 'integer', minimum: 3, maximum: 90_000 },
    sure: { type: 'boolean' },
    note: { type: 'string', minLength: 1 },
  },
  required: ['severity', 'subject', 'count', 'sure', 'note'],
  additionalProperties: false,
};

test('a masked answer passes where the answer did, and what was no copy stays none', () => {
  fc.assert(
    fc.property(
      line,
      fc.nat(),
      fc.nat(),
      word,
      fc.integer({ min: 3, max: 90_000 }),
      (text, from, size, note, count) => {
        const at = from % text.length;
        const subject = text.slice(at, at + 1 + (size % text.length));
        const [mask] = maskLines([text]) as [string];
        const answer = { severity: 'error', subject, count, sure: false, note };
        const masked = JSON.parse(maskOutput(JSON.stringify(answer), SCHEMA, [{ text, mask }])) as typeof answer;
        expect(checkOutput(SCHEMA, masked, { input: mask })).toEqual([]);
        expect(masked).toMatchObject({ severity: 'error', sure: false });
        expect(JSON.stringify(masked)).not.toContain(note);
        const odd = JSON.stringify({ ...answer, subject: `${note}!` });
        const told = JSON.parse(maskOutput(odd, SCHEMA, [{ text, mask }])) as typeof answer;
        expect(checkOutput(SCHEMA, told, { input: mask })).not.toEqual([]);
      },
    ),
  );
});

test('a loop stays a loop, and nothing else becomes one', () => {
  expect(repetition(maskOutput('and then again '.repeat(20), undefined, [])).looping).toBe(true);
  fc.assert(
    fc.property(line, (text) => {
      expect(repetition(maskOutput(text, undefined, [])).looping).toBe(false);
    }),
  );
});
