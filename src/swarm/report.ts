/** `report` of the swarm file: the answer that the rows of a run are put into, as a title and sections. What a section says is checked in check-report.ts. */
import * as v from 'valibot';

export const MAX_SECTIONS = 32;
/** Lines of a table, incidents or texts that one section shows at most. */
export const MAX_SHOWN = 1000;
/** What a section shows where it does not say. */
export const SHOWN = { table: 20, groups: 50, text: 20 } as const;
/** Keys of which a section has one: its kind. Each names a step, but for counts, which names a field. */
export const SECTION_KINDS = ['counts', 'table', 'groups', 'text'] as const;
export type SectionKind = (typeof SECTION_KINDS)[number];
/** What an incident says of itself, each from a field. */
export const INCIDENT_FIELDS = ['severity', 'subject', 'title', 'action'] as const;
export type IncidentField = (typeof INCIDENT_FIELDS)[number];
/** Columns that a table has besides fields of its step. */
export const ROW_COLUMNS = ['line', 'input'] as const;

const words = (max: number) => {
  const expected = `a text of 1 to ${max} characters`;
  return v.pipe(v.string(expected), v.nonEmpty(expected), v.maxLength(max, expected));
};
const field = () => words(128);
const stepName = () => v.string('the name of a step');
const fields = (expected: string) =>
  v.pipe(v.array(field(), expected), v.minLength(1, expected), v.maxLength(16, expected));
const SHOWN_RANGE = `a whole number from 1 to ${MAX_SHOWN}`;

const Fields = v.strictObject(
  {
    severity: v.pipe(
      v.exactOptional(field()),
      v.description('Field of the groups that says how bad; absent = severity, or the first of order.'),
    ),
    subject: v.pipe(
      v.exactOptional(field()),
      v.description('Field of what was grouped that says to whom; absent = subject.'),
    ),
    title: v.pipe(
      v.exactOptional(field()),
      v.description("Field of the role's output that is the title; absent = title, or made of the groups' key."),
    ),
    action: v.pipe(
      v.exactOptional(field()),
      v.description('Field of what was grouped that says what to do; absent = action.'),
    ),
  },
  'a map with severity, subject, title, action',
);

const Section = v.strictObject(
  {
    title: v.pipe(v.exactOptional(words(200)), v.description('Heading of the section.')),
    counts: v.pipe(v.exactOptional(field()), v.description('How many rows have each value of this field; with of.')),
    of: v.pipe(v.exactOptional(stepName()), v.description('With counts: the step whose outputs are counted.')),
    table: v.pipe(v.exactOptional(stepName()), v.description('Rows of this step, a line each; with columns.')),
    columns: v.pipe(
      v.exactOptional(fields('a list of 1 to 16 fields such as [line, severity]')),
      v.description('With table: fields of its outputs; line and input as well.'),
    ),
    order: v.pipe(
      v.exactOptional(fields('a list of 1 to 16 fields such as [severity]')),
      v.description(
        'With table: fields, highest first, values of an enum in their order; line: in the order of the input.',
      ),
    ),
    groups: v.pipe(
      v.exactOptional(stepName()),
      v.description(
        'Groups as incidents, with their lines: a step with group, one that lets groups pass, or a role that works on each.',
      ),
    ),
    fields: v.pipe(
      v.exactOptional(Fields),
      v.description('With groups: which fields say what, where the usual names do not.'),
    ),
    text: v.pipe(
      v.exactOptional(stepName()),
      v.description('What the role of this step wrote, sentence by sentence beside the lines that it was made from.'),
    ),
    limit: v.pipe(
      v.exactOptional(
        v.pipe(
          v.number(SHOWN_RANGE),
          v.safeInteger(SHOWN_RANGE),
          v.minValue(1, SHOWN_RANGE),
          v.maxValue(MAX_SHOWN, SHOWN_RANGE),
        ),
      ),
      v.description(
        'With table, groups or text: at most so many; what is left out is counted. Absent = 20, of groups 50.',
      ),
    ),
  },
  'a map such as {counts: severity, of: triager}',
);

export const ReportSchema = v.strictObject(
  {
    title: v.pipe(words(200), v.description('Title of the report.')),
    sections: v.pipe(
      v.array(Section, 'a list of sections such as {counts: severity, of: triager}'),
      v.minLength(1, 'at least one section'),
      v.maxLength(MAX_SECTIONS, `at most ${MAX_SECTIONS} sections`),
      v.description('In the order in which they stand.'),
    ),
  },
  'a map with title, sections',
);

export type Report = v.InferOutput<typeof ReportSchema>;
export type ReportSection = Report['sections'][number];

/** Names that sections take outputs from; of a report that may be broken in places. */
export function stepsOfReport({ report }: { readonly report?: Partial<Report> | null }): unknown[] {
  const sections: unknown = report?.sections;
  if (!Array.isArray(sections)) return [];
  return (sections as (Partial<ReportSection> | null)[]).flatMap((section) =>
    [section?.of, section?.table, section?.groups, section?.text].filter((name) => name !== undefined),
  );
}
