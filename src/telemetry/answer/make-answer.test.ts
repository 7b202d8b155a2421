/** An answer is what a plain count of the same rows gives; quotes and sentences are in it only where rows hold them up. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import { reportPlan } from '../../swarm/report-plan.ts';
import type { Answer } from './answer.ts';
import { AnswerMaker, type AnswerOf } from './make-answer.ts';
import { plain, toMarkdown } from './markdown.ts';
import {
  ACTIONS,
  groupsOf,
  incidentRoom,
  itemRow,
  madeRow,
  SEVERITIES,
  type Triage,
  writtenRow,
} from './testing/rows.ts';
import { firstYearless } from '../../swarm/times.ts';

const REPORT = {
  title: 'What happened',
  sections: [
    { counts: 'severity', of: 'triager' },
    { table: 'triager', columns: ['line', 'severity', 'input'], order: ['severity', 'line'], limit: 4 },
    { title: 'Incidents', groups: 'worst', limit: 5 },
    { counts: 'agree', of: 'reviewer' },
  ],
};

function answerOf(
  report: object,
  items: readonly ResultRow[],
  made: readonly ResultRow[],
  of: Partial<AnswerOf> = {},
): Answer {
  const plan = reportPlan(incidentRoom(report))!;
  const maker = new AnswerMaker(plan, firstYearless(items.map(({ input }) => input)));
  maker.made(made);
  // In pieces, and in any order.
  const all = [...made, ...items].toReversed();
  for (let k = 0; k < all.length; k += 7) maker.rows(all.slice(k, k + 7));
  const failures: Record<string, number> = {};
  for (const { failure } of [...items, ...made]) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
  const ended = items.length + made.length;
  const run = { id: 'run-1', name: 'Room', model: 'pocket', engine: 'scripted' };
  return maker.end({ run, items: items.length, tasks: ended, ended, over: true, failures, passedOver: 0, ...of });
}

const arbitraryRows = fc
  .array(
    fc.record({
      triage: fc.option(
        fc.record({
          severity: fc.constantFrom(...SEVERITIES),
          kind: fc.constantFrom('auth', 'network', 'memory'),
          subject: fc.constantFrom('sshd', 'httpd', 'root'),
          action: fc.constantFrom(...ACTIONS),
        }),
        { freq: 8 },
      ),
      day: fc.integer({ min: 1, max: 28 }),
      agree: fc.option(fc.boolean()),
      text: fc.string({ maxLength: 12 }),
    }),
    { maxLength: 60 },
  )
  .map((list) =>
    list.map(({ triage, day, agree, text }, task) => {
      const time = `Jun ${String(day).padStart(2)} 10:00:00`;
      const review = triage && agree !== null ? { review: { agent: 'reviewer.1', output: { agree } } } : {};
      return itemRow(task, `${time} host ${text}`, triage, review);
    }),
  );

test('whatever the rows, it is what a plain count gives', () => {
  fc.assert(
    fc.property(arbitraryRows, (items) => {
      const groups = groupsOf(items);
      const made = groups.map((group, k) => madeRow(items.length + k, 'incidents', group));
      const { sections, incidents, leftOut, complete, results, time } = answerOf(REPORT, items, made);
      const done = items.filter(({ failure }) => failure === null);
      const triages = done.map(({ output }) => output as Triage);
      expect([complete, results]).toEqual([true, done.length]);
      expect(sections[0]).toMatchObject({
        total: done.length,
        others: 0,
        values: SEVERITIES.toReversed().map((value) => ({
          value,
          count: triages.filter(({ severity }) => severity === value).length,
        })),
      });
      const rank = (row: ResultRow): number => SEVERITIES.indexOf((row.output as Triage).severity);
      const sorted = done.toSorted((a, b) => rank(b) - rank(a) || a.line - b.line);
      expect(sections[1]).toMatchObject({
        total: done.length,
        rows: sorted.slice(0, 4).map(({ task, line, input, output }) => ({
          task,
          cells: [line, (output as Triage).severity, input],
        })),
      });
      const worst = groups.filter(({ severity, count }) => ['error', 'critical'].includes(severity) || count >= 3);
      const lines = (list: typeof groups): number => list.reduce((sum, { count }) => sum + count, 0);
      expect(sections[2]).toMatchObject({
        beyond: { groups: worst.slice(5).length, lines: lines(worst.slice(5)) },
        other: { groups: groups.length - worst.length, lines: lines(groups) - lines(worst) },
        unmade: { groups: 0, lines: 0, more: false },
      });
      expect(incidents).toHaveLength(Math.min(5, worst.length));
      for (const [k, incident] of incidents.entries()) {
        const { severity, subject, kind, count, first, last, lines: named, quotes } = worst[k]!;
        expect(incident).toMatchObject({
          severity,
          subject,
          count,
          first,
          last,
          lines: named,
          quotes,
          recounted: count,
        });
        expect(incident).toMatchObject({ title: `${kind}: ${subject}`, titleBy: 'code', key: { kind, subject } });
        const members = named.map((line) => items[line - 1]!);
        for (const { value, count: n } of incident.actions!.values)
          expect(n).toBe(members.filter(({ output }) => (output as Triage).action === value).length);
        expect(incident.actions?.total).toBe(count);
        const given = members.filter(({ review }) => review !== null);
        const disputed = given.filter(({ review }) => !(review!.output as { agree: boolean }).agree);
        expect(incident.reviews).toEqual({ given: given.length, disputed: disputed.length });
        const days = members.map(({ input }) => Number(input.slice(4, 6)));
        const inYear = days.map((day) => (day < Number(items[0]!.input.slice(4, 6)) - 1 ? day + 1000 : day));
        expect(Number(incident.began?.text.slice(4, 6))).toBe(days[inYear.indexOf(Math.min(...inYear))]);
        expect(Number(incident.ended?.text.slice(4, 6))).toBe(days[inYear.indexOf(Math.max(...inYear))]);
        expect(incident.when.reduce((sum, n) => sum + n, 0)).toBe(count);
      }
      expect(time === null).toBe(incidents.length === 0);
      const reviews = done.filter(({ review }) => review !== null);
      expect(sections[3]).toMatchObject({ total: reviews.length });
      expect(leftOut).toMatchObject({ open: 0, sentences: 0, quotes: 0, lines: 0 });
      expect(Object.values(leftOut.failures).reduce((sum, n) => sum + n, 0)).toBe(items.length - done.length);
    }),
    { numRuns: 500 },
  );
});

const triage = (severity: string, subject: string, action = 'page'): Triage => ({
  severity,
  kind: 'auth',
  subject,
  action,
});
const ITEMS = [
  itemRow(0, 'Jun 14 15:16:01 combo sshd[19939]: authentication failure for root', triage('error', 'sshd')),
  itemRow(1, 'Jun 14 15:16:02 combo sshd[19937]: check pass; user unknown', triage('warning', 'sshd', 'watch')),
  itemRow(2, 'Jun 15 02:04:59 combo su: session opened', triage('info', 'su')),
  itemRow(3, 'Jun 16 02:04:59 combo httpd: out of memory', triage('critical', 'httpd')),
];
const GROUPS = groupsOf(ITEMS);
const WRITER = { title: 'T', sections: [{ groups: 'writer' }, { text: 'writer' }, { title: 'All', text: 'editor' }] };

describe('sentences', () => {
  const made = [
    writtenRow(4, 'incidents', GROUPS[0]!, 'writer', 'The host ran "out of memory". It did so 40 times.'),
    writtenRow(
      5,
      'incidents',
      GROUPS[1]!,
      'writer',
      'Somebody failed "authentication failure" as root. httpd[1] failed.',
    ),
    madeRow(
      6,
      'editor',
      { first: 1 },
      { output: 'Two incidents: sshd and httpd. "session opened" came first.', step: 'editor' },
    ),
    // One of several that became one is no text of the step.
    madeRow(7, 'editor', { first: 1 }, { output: 'httpd alone.', step: 'editor', partial: true } as object),
  ];
  const { incidents, sections, leftOut } = answerOf(WRITER, ITEMS, made);

  test('stand beside their lines, each incident by its own', () => {
    expect(incidents.map(({ claims }) => claims.map(({ sentence }) => sentence))).toEqual([
      ['The host ran "out of memory".'],
      ['Somebody failed "authentication failure" as root.'],
    ]);
    expect(incidents[1]?.claims[0]?.evidence).toEqual([{ line: 1, text: ITEMS[0]!.input, marks: [[35, 57]] }]);
  });

  test('of all incidents together stand beside lines of any of them, and of no other', () => {
    const all = sections[2]!;
    const claims = all.kind === 'text' ? all.texts.flatMap((text) => text.claims) : [];
    expect(claims.map(({ sentence }) => sentence)).toEqual(['Two incidents: sshd and httpd.']);
    expect(all).toMatchObject({ total: 1, texts: [{ task: 6 }] });
  });

  test('that cannot be traced are counted', () => {
    // Two of the incidents, the same two where the texts have a section of their own, one of the whole.
    expect(leftOut.sentences).toBe(5);
  });

  test('are not in the Markdown either', () => {
    const markdown = toMarkdown(answerOf(WRITER, ITEMS, made));
    expect(markdown).toContain('✎ The host ran "out of memory".');
    expect(markdown).toContain('5 sentences were left out because they could not be traced to a line.');
    for (const made_ of ['40 times', 'session opened']) expect(markdown).not.toContain(made_);
  });
});

test('what a role wrote of a collection stands beside the lines behind that', () => {
  const room = incidentRoom({ title: 'T', sections: [{ title: 'Once more', text: 'summary' }] });
  const plan = reportPlan({ ...room, flow: [...room.flow, { name: 'summary', role: 'writer', each: 'editor' }] })!;
  const maker = new AnswerMaker(plan, null);
  const outputs = { editor: 'sshd and httpd.' };
  maker.made([
    writtenRow(4, 'incidents', GROUPS[0]!, 'writer', 'One.'),
    writtenRow(5, 'incidents', GROUPS[1]!, 'writer', 'Two.'),
    madeRow(
      6,
      'editor',
      { first: 1 },
      { output: 'The host ran "out of memory". So 40 times.', step: 'summary', outputs },
    ),
  ]);
  maker.rows(ITEMS);
  const run = { id: 'r', name: 'n', model: 'm', engine: 'e' };
  const answer = maker.end({ run, items: 4, tasks: 7, ended: 7, over: true, failures: {}, passedOver: 0 });
  const [section] = answer.sections;
  expect(section).toMatchObject({ kind: 'text', total: 1, texts: [{ task: 6 }] });
  expect(section?.kind === 'text' && section.texts[0]?.claims.map(({ sentence }) => sentence)).toEqual([
    'The host ran "out of memory".',
  ]);
  expect(answer.leftOut.sentences).toBe(1);
});

test('a quote that no row has is left out, and so is a line that no member has', () => {
  const [group] = groupsOf(ITEMS);
  const wrong = {
    ...group!,
    lines: [3, 4],
    quotes: [...group!.quotes, { line: 4, text: 'never said' }, { line: 1, text: 'combo' }],
  };
  const { incidents, leftOut } = answerOf(REPORT, ITEMS, [madeRow(4, 'incidents', wrong)]);
  expect(incidents[0]?.quotes).toEqual(group?.quotes);
  expect(incidents[0]?.lines).toEqual([4]);
  expect(leftOut).toMatchObject({ quotes: 2, lines: 1 });
});

test('a title of a model is taken where it can be traced, else the key is', () => {
  const report = { title: 'T', sections: [{ groups: 'writer', fields: { title: 'name' } }] };
  const room = incidentRoom(report);
  const output = {
    type: 'object',
    properties: { name: { type: 'string' }, todo: { type: 'array', items: { type: 'string' } } },
  };
  const roles = { ...room.roles, writer: { ...room.roles['writer']!, output: output as never } };
  const maker = new AnswerMaker(reportPlan({ ...room, roles })!, null);
  const made = [
    writtenRow(4, 'incidents', GROUPS[0]!, 'writer', {
      name: 'Web server out of memory',
      todo: ['Look at httpd.', 'Buy 64 GB.'],
    }),
    writtenRow(5, 'incidents', GROUPS[1]!, 'writer', { name: '900 attacks', todo: [] }),
  ];
  maker.made(made);
  maker.rows([...ITEMS, ...made]);
  const run = { id: 'r', name: 'n', model: 'm', engine: 'e' };
  const { incidents, leftOut } = maker.end({
    run,
    items: 4,
    tasks: 6,
    ended: 6,
    over: true,
    failures: {},
    passedOver: 0,
  });
  expect(incidents.map(({ title, titleBy }) => [title, titleBy])).toEqual([
    ['Web server out of memory', 'model'],
    ['auth: sshd', 'code'],
  ]);
  expect(incidents[0]?.claims).toMatchObject([{ heading: 'todo', sentence: 'Look at httpd.' }]);
  expect(leftOut.sentences).toBe(2);
});

test('what is known so far says so', () => {
  const answer = answerOf(REPORT, ITEMS.slice(0, 2), [], { items: 4, tasks: 4, over: false });
  expect(answer).toMatchObject({ complete: false, incidents: [], leftOut: { open: 2 } });
  expect(answer.sections[2]).toMatchObject({ unmade: { groups: 0, lines: 0 } });
  expect(toMarkdown(answer)).toContain('Not complete: 2 tasks still open.');
});

test('a run that was stopped before groups were made says so', () => {
  const answer = answerOf(REPORT, ITEMS, []);
  expect(answer.sections[2]).toMatchObject({ made: false, unmade: { groups: 0, lines: 0 } });
  expect(toMarkdown(answer)).toContain('Groups have not been made.');
  const quiet = answerOf(REPORT, ITEMS.slice(2, 3), []);
  expect(quiet.sections[2]).toMatchObject({ made: true });
  expect(toMarkdown(quiet)).toContain('## Incidents\n\nNone.');
});

test('groups that were never made are counted', () => {
  const { sections } = answerOf(REPORT, ITEMS, [madeRow(4, 'incidents', GROUPS[0]!)]);
  expect(sections[2]).toMatchObject({ unmade: { groups: 1, lines: 2, more: false } });
});

test('rows of strangers are no markup in Markdown', () => {
  const hidden = '_http://evil.example *www.evil.example* ~https://evil.example';
  expect(plain(hidden)).not.toMatch(/http:|https:|www\./);
  const input = '<img src=x onerror=alert(1)> | `code` ``` [a](javascript:alert(1)) # h\n- x http://evil.example';
  const items = [itemRow(0, input, triage('critical', '[x](javascript:alert(1)) | **b**'))];
  const answer = answerOf(REPORT, items, [madeRow(1, 'incidents', groupsOf(items)[0]!)]);
  const markdown = toMarkdown(answer);
  const outside = markdown.replace(/(`+)(?:(?!\1)[^])*?[^`]\1(?!`)/g, '');
  expect(outside).not.toMatch(/(?<!\\)<img|(?<!\\)\[[^\]]*(?<!\\)\]\(|\*\*b|http:\/\//);
  expect(markdown).toMatchSnapshot();
});

test('however many rows, what is told of them stays as small', () => {
  const plan = reportPlan(incidentRoom(REPORT))!;
  const maker = new AnswerMaker(plan, null);
  const piece = Array.from({ length: 500 }, (_, k) =>
    itemRow(k, `line ${String(k)} of sshd`, triage('info', `s${String(k)}`)),
  );
  for (let k = 0; k < 40; k++)
    maker.rows(piece.map((row) => ({ ...row, task: row.task + 500 * k, line: row.line + 500 * k })));
  const run = { id: 'r', name: 'n', model: 'm', engine: 'e' };
  const answer = maker.end({
    run,
    items: 20_000,
    tasks: 20_000,
    ended: 20_000,
    over: true,
    failures: {},
    passedOver: 0,
  });
  expect(JSON.stringify(answer).length).toBeLessThan(4000);
  expect(answer.sections[0]).toMatchObject({ total: 20_000 });
});
