/** A plan that was rewritten comes to the same answer with fewer turns. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Answer } from '../protocol/protocol.ts';
import { endedRun } from '../testing/graph-runs.ts';

const GRAPHS = Number(process.env['GRAPHS'] ?? 25);
const HEAD = `planaria: 1
name: rewritten
input: {fields: syslog}
budget: {resident: 4}
roles:
  rater: {replicas: 3, prompt: Rate., output: {type: object, properties: {level: {enum: [low, mid, high]}}, required: [level]}}
  writer: {replicas: 2, prompt: Say why.}
`;

async function answerOf(
  flow: string,
  report: string,
  lines: readonly string[],
  kills: readonly number[],
): Promise<Answer> {
  const { world, runId, tab } = await endedRun(HEAD + flow + report, lines, { seed: 5, kills });
  const answer = await world.clock.track(tab.runtime.answer(runId));
  tab.kill();
  if (!answer) throw new Error('there is no answer');
  return answer;
}

const line = fc.record({
  host: fc.nat(2),
  program: fc.nat(2),
  text: fc.constantFrom('login failed', 'all is well', 'panic', 'slow disk'),
});
const where = fc.constantFrom(
  'input.program: p1',
  'input.host: h0',
  'input.host: [h1, h2]',
  'level: {gte: mid}',
  'input.program: {not: p0}',
);
const step = fc.record({
  wheres: fc.uniqueArray(where, { minLength: 1, maxLength: 2, selector: (text) => text.slice(0, 12) }),
  kind: fc.constantFrom('group', 'role'),
});

test('whatever asks for which items: the sections of the report are the same as where the plan stays as it is written', async () => {
  let saved = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 3, maxLength: 12 }),
      fc.array(step, { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(fc.constantFrom('input.program: p1', 'input.host: h0'), { maxLength: 1 }),
      fc.array(fc.integer({ min: 20, max: 900 }), { maxLength: 2 }),
      async (lines, steps, all, kills) => {
        const input = lines.map(
          ({ host, program, text }, k) =>
            `Jun 14 15:16:${String(k).padStart(2, '0')} h${String(host)} p${String(program)}[${String(k)}]: ${text}`,
        );
        const flow = `flow:\n  - {role: rater, each: input}\n${steps
          .map(({ wheres, kind }, k) => {
            const taken = [...new Map([...wheres, ...all].map((each) => [each.split(':')[0], each])).values()].join(
              ', ',
            );
            return kind === 'group'
              ? `  - {name: s${String(k)}, each: rater, where: {${taken}}, group: {by: [level, input.host]}}\n`
              : `  - {name: s${String(k)}, role: writer, each: rater, where: {${taken}}}\n`;
          })
          .join('')}`;
        const used = steps.some(({ kind }) => kind === 'role');
        const role = used
          ? ''
          : '  - {name: spare, role: writer, each: rater, where: {level: high, input.host: none}}\n';
        const told = steps.map(({ kind }, k) =>
          kind === 'group' ? `{groups: s${String(k)}}` : `{table: s${String(k)}, columns: [line, input]}`,
        );
        const sections = (more: readonly string[]): string =>
          `report: {title: What, sections: [${[...told, ...more].join(', ')}]}\n`;
        const moved = await answerOf(flow + role, sections([]), input, kills);
        // A step of which the report tells works on all that it is written for.
        const plain = await answerOf(flow + role, sections(['{counts: level, of: rater}']), input, []);
        const content = ({ sections: all }: Answer): unknown =>
          all
            .filter(({ kind }) => kind !== 'counts')
            .map((section) => JSON.stringify(section, (key, value: unknown) => (key === 'task' ? 0 : value)));
        expect(content(moved)).toEqual(content(plain));
        expect(moved.incidents.map(({ lines: cited }) => cited)).toEqual(
          plain.incidents.map(({ lines: cited }) => cited),
        );
        expect(moved.results).toBeLessThanOrEqual(plain.results);
        saved += plain.results - moved.results;
      },
    ),
    { numRuns: GRAPHS },
  );
  expect(saved).toBeGreaterThan(0);
}, 600_000);
