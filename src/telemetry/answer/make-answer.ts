import type { ResultRow } from '../../store/records.ts';
import type { GroupSource, GroupsPlan, ReportPlan, SectionPlan, TextPlan } from '../../swarm/report-plan.ts';
import { valueAt } from '../../swarm/groups.ts';
import { type ItemValues, NO_ITEM, passes } from '../../swarm/where.ts';
import {
  type Answer,
  ANSWER_VERSION,
  type AnswerSection,
  type GroupCount,
  type Incident,
  type TextSection,
} from './answer.ts';
import { IncidentMaker, textsIn } from './incident.ts';
import { groupIn, keyOf, keyOfGroup, makerOf, outputAt, outputOf, type Read } from './rows.ts';
import { TopRows } from './table.ts';
import { Tallies } from './tally.ts';
import { Tracer } from './tracer.ts';

/** Values of a field that are told one by one. */
const MOST_VALUES = 100;
/** Keys of groups beyond a limit that are told apart. */
const MOST_KEYS = 100_000;

/** What the run says of itself. */
export interface AnswerOf {
  readonly run: Answer['run'];
  readonly items: number;
  /** Tasks, those included that were made while the run went on, and those of them that have a row. */
  readonly tasks: number;
  readonly ended: number;
  readonly over: boolean;
  readonly failures: Readonly<Record<string, number>>;
  readonly passedOver: number;
}

/**
 * Makes the answer of a run from its committed rows, given in pieces: first those of tasks that were made while the run went on, in the order of
 * their numbers (`made`), then all rows in any order (`rows`). What is held is bounded by what is told.
 *
 * Invariants:
 * - Every number is a count over rows that were given.
 * - A quote is told only where a row has it letter by letter; what a model wrote only as `Tracer` lets pass.
 */
export class AnswerMaker {
  readonly #plan: ReportPlan;
  readonly #sections: readonly Section[];
  readonly #itemOf: (row: ResultRow) => ItemValues;
  #items = 0;
  #leftOut = 0;

  /**
   * @param firstYearless see `inOrder`
   * @param itemOf what is known of the item that a row is about
   */
  constructor(plan: ReportPlan, firstYearless: number | null, itemOf: (row: ResultRow) => ItemValues = () => NO_ITEM) {
    this.#plan = plan;
    this.#itemOf = itemOf;
    this.#sections = plan.sections.map((section) => sectionOf(section, plan, firstYearless));
  }

  made(rows: readonly ResultRow[]): void {
    for (const row of rows) for (const section of this.#sections) section.made?.({ row, item: this.#itemOf(row) });
  }

  rows(rows: readonly ResultRow[]): void {
    for (const row of rows) {
      const isLeftOut = typeof row.note === 'object' && row.note.code === 'left-out';
      if (isLeftOut) this.#leftOut++;
      else if (makerOf(row) === null && row.failure === null) this.#items++;
      const read = { row, item: this.#itemOf(row) };
      for (const section of this.#sections) section.row(read);
    }
  }

  end(of: AnswerOf): Answer {
    const complete = of.over && of.ended >= of.tasks;
    const leftOut = { sentences: 0, quotes: 0, lines: 0 };
    const incidents: Incident[] = [];
    const ranges = this.#sections.flatMap((section) => section.time?.() ?? []);
    const time =
      ranges.length === 0
        ? null
        : { from: Math.min(...ranges.map(({ from }) => from)), to: Math.max(...ranges.map(({ to }) => to)) };
    const sections = this.#sections.map((section) => {
      const ended = section.end({ incidents, time, complete });
      leftOut.sentences += ended.sentences ?? 0;
      leftOut.quotes += ended.quotes ?? 0;
      leftOut.lines += ended.lines ?? 0;
      return ended.section;
    });
    const conditions = this.#leftOut > 0 ? { conditions: this.#leftOut } : {};
    return {
      version: ANSWER_VERSION,
      title: this.#plan.title,
      complete,
      run: of.run,
      items: of.items,
      results: this.#items,
      time,
      sections,
      incidents,
      leftOut: {
        open: of.tasks - of.ended,
        failures: of.failures,
        passedOver: of.passedOver,
        ...leftOut,
        ...conditions,
      },
    };
  }
}

interface Time {
  readonly from: number;
  readonly to: number;
}
interface Ended {
  readonly section: AnswerSection;
  readonly sentences?: number;
  readonly quotes?: number;
  readonly lines?: number;
}
interface Section {
  made?(read: Read): void;
  row(read: Read): void;
  time?(): Time | null;
  /** Puts its incidents behind those that are there. */
  end(of: { readonly incidents: Incident[]; readonly time: Time | null; readonly complete: boolean }): Ended;
}

function sectionOf(plan: SectionPlan, whole: ReportPlan, firstYearless: number | null): Section {
  switch (plan.kind) {
    case 'counts': {
      const tallies = new Tallies(plan.values ?? []);
      const value = valueAt(plan.source.looked, plan.field);
      return {
        row: (read) => {
          const output = outputOf(read, plan.source, whole);
          if (output !== undefined) tallies.add(value({ output, item: read.item }));
        },
        end: () => {
          const { title, field, source } = plan;
          return { section: { kind: 'counts', title, of: source.name, field, ...tallies.end(MOST_VALUES) } };
        },
      };
    }
    case 'table': {
      const table = new TopRows(plan);
      return {
        row: (read) => {
          const output = outputOf(read, plan.source, whole);
          if (output !== undefined) table.add(read, output);
        },
        end: () => ({ section: table.end() }),
      };
    }
    case 'groups':
      return new GroupsMaker(plan, whole, firstYearless);
    case 'text':
      return plan.collects ? new CollectedMaker(plan, whole) : new TextMaker(plan, whole);
  }
}

/** Incidents of the first groups, and how much there is besides. */
class GroupsMaker implements Section {
  readonly #plan: GroupsPlan;
  readonly #whole: ReportPlan;
  readonly #firstYearless: number | null;
  /** By key. */
  readonly #shown = new Map<string, IncidentMaker>();
  /** Groups that were made and are not shown: whether the section takes them. */
  readonly #others = new Map<string, boolean>();
  readonly #beyond = { groups: 0, lines: 0 };
  readonly #other = { groups: 0, lines: 0 };
  /** Lines of groups that were made and not chosen, by key. */
  readonly #unchosen = new Map<string, number>();
  readonly #unmade = new Set<string>();
  #unmadeLines = 0;

  constructor(plan: GroupsPlan, whole: ReportPlan, firstYearless: number | null) {
    this.#plan = plan;
    this.#whole = whole;
    this.#firstYearless = firstYearless;
  }

  made(read: Read): void {
    const { row } = read;
    const { group: source, limit } = this.#plan;
    // Of groups that a step chose of, those that it did not choose are there as well.
    const whole = source.of === source.name ? null : groupIn(row, { ...source, of: source.name });
    if (whole) this.#unchosen.set(keyOfGroup(whole.fields, source), whole.count);
    const group = groupIn(row, source);
    if (!group) return;
    const key = keyOfGroup(group.fields, source);
    this.#unchosen.delete(key);
    const taken = this.#takes(read, group.fields);
    if (taken && this.#shown.size < limit) {
      const written =
        this.#plan.source.step === source.name ? undefined : outputAt(row, this.#plan.source, this.#whole);
      this.#shown.set(key, new IncidentMaker(this.#plan, { row, group, written }));
      return;
    }
    const count = taken ? this.#beyond : this.#other;
    count.groups++;
    count.lines += group.count;
    this.#others.set(key, taken);
  }

  /** Whether the group is among those that the section names: filters let it pass, or it came to the role, also where that failed. */
  #takes(read: Read, fields: unknown): boolean {
    const { source, group } = this.#plan;
    if (source.step === group.name) return source.where.every((condition) => passes(condition, fields, read.item));
    return outputOf(read, source, this.#whole) !== undefined || read.row.failure !== null;
  }

  row(read: Read): void {
    const { group } = this.#plan;
    const output = outputOf(read, group.members, this.#whole);
    if (output === undefined) return;
    const key = keyOf(output, read.item, group);
    const shown = this.#shown.get(key);
    if (shown) shown.add(read, output, this.#firstYearless);
    else if (!this.#others.has(key) && !this.#unchosen.has(key)) {
      this.#unmadeLines++;
      if (this.#unmade.size < MOST_KEYS) this.#unmade.add(key);
    }
  }

  time(): Time | null {
    let [from, to] = [Infinity, -Infinity];
    for (const { moments } of this.#shown.values()) {
      from = Math.min(from, moments.from);
      to = Math.max(to, moments.to);
    }
    return from <= to ? { from, to } : null;
  }

  end({ incidents, time, complete }: Parameters<Section['end']>[0]): Ended {
    const from = incidents.length;
    let [sentences, quotes, lines] = [0, 0, 0];
    for (const maker of this.#shown.values()) {
      const ended = maker.end(time, complete);
      incidents.push(ended.incident);
      sentences += ended.sentences;
      quotes += ended.quotes;
      lines += ended.lines;
    }
    const { title, source } = this.#plan;
    // Before groups are made, or where a run was stopped before that, nothing is beyond their limit.
    const made = this.#shown.size + this.#others.size + this.#unchosen.size > 0;
    const other = { ...this.#other };
    for (const count of this.#unchosen.values()) {
      other.groups++;
      other.lines += count;
    }
    const unmade: GroupCount = made ? { groups: this.#unmade.size, lines: this.#unmadeLines } : { groups: 0, lines: 0 };
    const section = {
      ...{ kind: 'groups' as const, title, of: source.name, from, to: incidents.length },
      ...{ beyond: this.#beyond, other, made: made || (complete && this.#unmadeLines === 0) },
      unmade: { ...unmade, more: made && this.#unmade.size >= MOST_KEYS },
    };
    return { section, sentences, quotes, lines };
  }
}

/** Texts about single rows: of an item, or of the group that has it. */
class TextMaker implements Section {
  readonly #plan: TextPlan;
  readonly #whole: ReportPlan;
  #total = 0;
  readonly #texts: TextSection['texts'][number][] = [];
  /** Of groups: by key, as long as lines may come. */
  readonly #open: { readonly task: number; readonly line: number; readonly tracer: Tracer; readonly key: string }[] =
    [];
  #leftOut = 0;

  constructor(plan: TextPlan, whole: ReportPlan) {
    this.#plan = plan;
    this.#whole = whole;
  }

  made(read: Read): void {
    const { row } = read;
    const { source, group, limit, byRow } = this.#plan;
    if (byRow && source.of !== null) this.#alone(read);
    if (byRow) return;
    const output = outputOf(read, source, this.#whole);
    if (output === undefined) return;
    this.#total++;
    const own = group && groupIn(row, group);
    if (this.#open.length >= limit || !own) return;
    const tracer = this.#tracer(output);
    tracer.count(own.count);
    this.#open.push({ task: row.task, line: row.line, tracer, key: keyOfGroup(own.fields, group) });
  }

  row(read: Read): void {
    const { row, item } = read;
    const { source, group, byRow } = this.#plan;
    // Those that were made came before, in their order.
    if (byRow && source.of === null) this.#alone(read);
    if (byRow) return;
    const member = group && outputOf(read, group.members, this.#whole);
    if (member === null || member === undefined) return;
    const key = keyOf(member, item, group as GroupSource);
    for (const open of this.#open) if (open.key === key) open.tracer.see(row.line, row.input);
  }

  #alone(read: Read): void {
    const { row } = read;
    const output = outputOf(read, this.#plan.source, this.#whole);
    if (output === undefined) return;
    this.#total++;
    if (this.#texts.length >= this.#plan.limit) return;
    const tracer = this.#tracer(output);
    tracer.see(row.line, row.input);
    const { claims, leftOut } = tracer.end();
    this.#leftOut += leftOut;
    this.#texts.push({ task: row.task, line: row.line, claims });
  }

  end(): Ended {
    for (const { task, line, tracer } of this.#open.splice(0)) {
      const { claims, leftOut } = tracer.end();
      this.#leftOut += leftOut;
      this.#texts.push({ task, line, claims });
    }
    return ended(this.#plan, this.#texts, this.#total, this.#leftOut);
  }

  #tracer(output: unknown): Tracer {
    const tracer = new Tracer();
    for (const { heading, text } of textsIn(output, this.#plan.source.output)) tracer.add(heading, text);
    return tracer;
  }
}

/** The text that all outputs of a step became, beside all rows behind those. */
class CollectedMaker implements Section {
  readonly #plan: TextPlan;
  readonly #whole: ReportPlan;
  readonly #tracer = new Tracer();
  #last: ResultRow | null = null;
  #total = 0;
  #groups = 0;
  #rows = 0;
  /** Keys of the groups that were collected; of items: null. */
  readonly #keys: Set<string> | null;

  constructor(plan: TextPlan, whole: ReportPlan) {
    this.#plan = plan;
    this.#whole = whole;
    this.#keys = plan.group ? new Set() : null;
  }

  made(read: Read): void {
    const { row } = read;
    const { source, collects, group } = this.#plan;
    const output = outputOf(read, source, this.#whole);
    if (output !== undefined) {
      this.#total++;
      this.#last = row;
      for (const { heading, text } of textsIn(output, source.output)) this.#tracer.add(heading, text);
      return;
    }
    const own = group && collects && outputOf(read, collects, this.#whole) !== undefined ? groupIn(row, group) : null;
    if (!own || !group) return;
    this.#groups++;
    this.#tracer.count(own.count);
    this.#keys?.add(keyOfGroup(own.fields, group));
  }

  row(read: Read): void {
    const { row, item } = read;
    const { collects, group } = this.#plan;
    const source = group ? group.members : collects;
    const output = source ? outputOf(read, source, this.#whole) : undefined;
    if (output === undefined || (this.#keys && group && !this.#keys.has(keyOf(output, item, group)))) return;
    this.#rows++;
    this.#tracer.see(row.line, row.input);
  }

  end(): Ended {
    this.#tracer.count(this.#rows, this.#groups);
    const { claims, leftOut } = this.#tracer.end();
    const texts = this.#last ? [{ task: this.#last.task, line: this.#last.line, claims }] : [];
    return ended(this.#plan, texts, Math.min(1, this.#total), leftOut);
  }
}

function ended({ title, source }: TextPlan, texts: TextSection['texts'], total: number, sentences: number): Ended {
  return { section: { kind: 'text', title, of: source.name, texts, total }, sentences };
}
