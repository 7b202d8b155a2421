/** One incident as it grows: what its group says, and what the rows of its members say again. */
import { partitionPoint } from '../../kernel/partition-point.ts';
import type { ResultRow } from '../../store/records.ts';
import { valueAt } from '../../swarm/groups.ts';
import type { OutputSchema, Scalar } from '../../swarm/output-schema.ts';
import type { GroupsPlan } from '../../swarm/report-plan.ts';
import { fieldOf, fieldsOf, isRecord, valueIn } from '../../swarm/where.ts';
import { type Incident, type Moment, WHEN_PARTS } from './answer.ts';
import type { GroupOutput, Read } from './rows.ts';
import { scalarOf, Tallies } from './tally.ts';
import { inOrder, timeIn } from '../../swarm/times.ts';
import { Tracer } from './tracer.ts';
import { Moments } from './when.ts';

/** Values told of one incident. */
const MOST_TOLD = 10;

export interface GroupRow {
  readonly row: ResultRow;
  readonly group: GroupOutput;
  /** What the section's role wrote of it; undefined: there is no such role, or it failed. */
  readonly written: unknown;
}

export class IncidentMaker {
  readonly #plan: GroupsPlan;
  readonly #given: GroupRow;
  readonly #tracer = new Tracer();
  readonly #title: Tracer | null;
  readonly #subjects: Tallies | null;
  readonly #actions: Tallies | null;
  readonly #found: Uint8Array;
  readonly #proved: Uint8Array;
  readonly moments = new Moments();
  #began: Moment | null = null;
  #ended: Moment | null = null;
  #recounted = 0;
  #reviews = 0;
  #disputed = 0;

  constructor(plan: GroupsPlan, given: GroupRow) {
    this.#plan = plan;
    this.#given = given;
    const { fields, group, source } = plan;
    const { by } = group;
    // Where it is part of the key it is the same in all of them.
    this.#subjects = fields.subject === null || by.includes(fields.subject) ? null : new Tallies();
    this.#actions = fields.action === null ? null : new Tallies();
    this.#found = new Uint8Array(given.group.lines.length);
    this.#proved = new Uint8Array(given.group.quotes.length);
    const title = fields.title === null ? undefined : valueIn(given.written, fields.title);
    this.#title = typeof title === 'string' && title.trim() !== '' ? new Tracer() : null;
    this.#title?.add('', String(title));
    for (const { heading, text } of textsIn(given.written, source.output, fields.title))
      this.#tracer.add(heading, text);
  }

  /** A member's row. @param output what was grouped */
  add({ row, item }: Read, output: unknown, firstYearless: number | null): void {
    const { fields, group } = this.#plan;
    const value = (field: string): unknown => valueAt(group.members.looked, field)({ output, item });
    this.#recounted++;
    if (fields.subject !== null) this.#subjects?.add(value(fields.subject));
    if (fields.action !== null) this.#actions?.add(value(fields.action));
    const agree = (row.review?.output as { agree?: unknown } | null | undefined)?.agree;
    if (row.review) this.#reviews++;
    if (agree === false) this.#disputed++;
    const { lines, quotes } = this.#given.group;
    const first = partitionPoint(lines.length, (k) => (lines[k] as number) < row.line);
    for (let at = first; lines[at] === row.line; at++) this.#found[at] = 1;
    for (const [k, { line, text }] of quotes.entries())
      if (line === row.line && row.input.includes(text)) this.#proved[k] = 1;
    this.#time(row, firstYearless);
    for (const tracer of [this.#tracer, this.#title]) tracer?.see(row.line, row.input);
  }

  /**
   * @param time over all incidents; null: there is none
   * @param complete all rows are there: what none of them holds up is not told
   */
  end(time: { readonly from: number; readonly to: number } | null, complete: boolean) {
    const { row, group } = this.#given;
    const { fields, group: source } = this.#plan;
    const subjects = this.#subjects?.end(MOST_TOLD) ?? null;
    const actions = this.#actions?.end(MOST_TOLD) ?? null;
    this.#countsFor(this.#tracer);
    if (this.#title) this.#countsFor(this.#title);
    const traced = this.#tracer.end();
    const title = this.#title?.end() ?? null;
    const byModel = title !== null && title.leftOut === 0 && title.claims.length > 0;
    const lines = group.lines.filter((_, k) => !complete || this.#found[k] === 1);
    const quotes = group.quotes.filter((_, k) => this.#proved[k] === 1).map(({ line, text }) => ({ line, text }));
    const key = Object.fromEntries(source.by.map((field) => [field, scalarOf(valueIn(group.fields, field))]));
    const incident: Incident = {
      title: byModel ? title.claims.map(({ sentence }) => sentence).join(' ') : titleOf(key),
      titleBy: byModel ? 'model' : 'code',
      severity: fields.severity === null ? null : scalarOf(valueIn(group.fields, fields.severity)),
      subject: subjectOf(fields.subject, key, subjects),
      count: group.count,
      first: group.first,
      last: group.last,
      lines,
      quotes,
      task: row.task,
      key,
      recounted: this.#recounted,
      began: this.#began,
      ended: this.#ended,
      when: time ? this.moments.spread(time.from, time.to, WHEN_PARTS) : [],
      subjects,
      actions,
      reviews: { given: this.#reviews, disputed: this.#disputed },
      claims: traced.claims,
      failure: row.failure,
    };
    return {
      incident,
      sentences: traced.leftOut + (title !== null && !byModel ? 1 : 0),
      lines: group.lines.length - lines.length,
      quotes: complete ? group.quotes.length - quotes.length : 0,
    };
  }

  #countsFor(tracer: Tracer): void {
    const { count } = this.#given.group;
    tracer.count(count, this.#recounted, this.#reviews, this.#disputed);
    for (const tally of [this.#subjects, this.#actions]) if (tally) tracer.count(...tally.counts());
  }

  #time({ line, input }: ResultRow, firstYearless: number | null): void {
    const time = timeIn(input);
    if (!time) return;
    const ms = inOrder(time, firstYearless);
    this.moments.add(ms);
    const moment = { line, text: time.text, ms };
    if (!this.#began || ms < this.#began.ms || (ms === this.#began.ms && line < this.#began.line)) this.#began = moment;
    if (!this.#ended || ms > this.#ended.ms || (ms === this.#ended.ms && line > this.#ended.line)) this.#ended = moment;
  }
}

/** What the key says, and no more: `auth: sshd`. */
function titleOf(key: Readonly<Record<string, Scalar>>): string {
  const values = Object.values(key).filter((value) => value !== null && value !== '');
  return values.length > 0 ? values.map(String).join(': ') : `${Object.keys(key).join(', ')}: none`;
}

function subjectOf(
  field: string | null,
  key: Readonly<Record<string, Scalar>>,
  subjects: Incident['subjects'],
): string | null {
  if (field !== null && Object.hasOwn(key, field)) return key[field] === null ? null : String(key[field]);
  const [first] = subjects?.values ?? [];
  return first && first.value !== null && first.count === subjects?.total ? String(first.value) : null;
}

/** Texts of a model's output with the fields that they stand in: choices, and what is copied, say nothing of their own. */
export function textsIn(
  output: unknown,
  schema: OutputSchema | null,
  except: string | null = null,
): { heading: string; text: string }[] {
  if (typeof output === 'string') return [{ heading: '', text: output }];
  if (!isRecord(output)) return [];
  return fieldsOf(schema)
    .filter((field) => field !== except && !field.includes('.'))
    .flatMap((field) => {
      const at = fieldOf(schema, field);
      if (!at || at.enum || 'const' in at || at['x-copied-from']) return [];
      const texts = [valueIn(output, field)].flat().filter((text) => typeof text === 'string' && text.trim() !== '');
      return texts.map((text) => ({ heading: field, text: text as string }));
    });
}
