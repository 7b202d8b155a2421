/** Rules of the report: each section is of one kind, and names steps and fields that there are. */
import type { Broken } from './broken.ts';
import { quote, someOf } from './diagnostic.ts';
import type { Swarm } from './model.ts';
import { nearest } from './nearest.ts';
import type { OutputSchema } from './output-schema.ts';
import { INCIDENT_FIELDS, type ReportSection, ROW_COLUMNS, SECTION_KINDS, type SectionKind } from './report.ts';
import { type GroupSource, groupOf, type ReportSource, sourceOf } from './report-plan.ts';
import type { Path } from './source.ts';
import { nameOfStep } from './steps.ts';
import { fieldOf, fieldsOf, type Looked, looksAt, WHOLE_TEXT } from './where.ts';
import { fieldFault } from './where-faults.ts';
import { fieldsKnown } from './input-names.ts';

/** What may stand beside which kind. */
const BESIDE: Readonly<Record<SectionKind, readonly (keyof ReportSection)[]>> = {
  counts: ['of'],
  table: ['columns', 'order', 'limit'],
  groups: ['fields', 'limit'],
  text: ['limit'],
};
const EXAMPLE = 'one of counts, table, groups, text';

type Names = Pick<Swarm, 'flow' | 'roles' | 'input'>;

/** @param swarm its flow is sound */
export function checkReport({ report, ...swarm }: Names & Pick<Swarm, 'report'>): Broken[] {
  return (report?.sections ?? []).flatMap((section, index) => new SectionCheck(swarm, section, index).faults());
}

class SectionCheck {
  readonly #swarm: Names;
  readonly #section: ReportSection;
  readonly #path: Path;
  readonly #at: string;

  constructor(swarm: Names, section: ReportSection, index: number) {
    this.#swarm = swarm;
    this.#section = section;
    this.#path = ['report', 'sections', index];
    this.#at = `report.sections[${index}]`;
  }

  faults(): Broken[] {
    const kinds = SECTION_KINDS.filter((kind) => this.#section[kind] !== undefined);
    const [kind] = kinds;
    if (kind === undefined)
      return [{ path: this.#path, message: `${this.#at} does not say what it shows`, expected: EXAMPLE }];
    if (kinds.length > 1)
      return [{ path: this.#path, message: `${this.#at} has ${kinds.join(' and ')}`, expected: `only ${EXAMPLE}` }];
    const known: readonly (keyof ReportSection)[] = ['title', kind, ...BESIDE[kind]];
    const odd = Object.keys(this.#section).filter((key) => !known.some((name) => name === key));
    if (odd.length > 0)
      return odd.map((key) => ({
        path: [...this.#path, key],
        part: 'key',
        message: `${this.#at}.${key} has no meaning beside ${kind}`,
        expected: `one of ${known.join(', ')}`,
      }));
    return this[kind]();
  }

  counts(): Broken[] {
    const { of, counts = '' } = this.#section;
    if (of === undefined)
      return [
        {
          path: this.#path,
          message: `${this.#at} does not say whose ${counts} it counts`,
          expected: 'of: the name of a step',
        },
      ];
    return this.#within('of', of, (source) => this.#field(['counts'], counts, source.looked, source.step));
  }

  table(): Broken[] {
    const { table = '', columns, order = [] } = this.#section;
    if (columns === undefined)
      return [
        {
          path: this.#path,
          message: `${this.#at} does not say which columns it has`,
          expected: 'columns: a list of fields',
        },
      ];
    return this.#within('table', table, (source) =>
      [
        ...[...columns.entries()].map(([k, field]) => ['columns', k, field] as const),
        ...[...order.entries()].map(([k, field]) => ['order', k, field] as const),
      ].flatMap(([key, k, field]): Broken[] => {
        const list = key === 'columns' ? columns : order;
        if (list.indexOf(field) < k)
          return [
            { path: [...this.#path, key, k], message: `${field} stands there twice`, expected: 'each field once' },
          ];
        return this.#field([key, k], field, source.looked, source.step, ROW_COLUMNS);
      }),
    );
  }

  groups(): Broken[] {
    const { groups = '', fields = {} } = this.#section;
    return this.#within('groups', groups, (source) => {
      const group = groupOf(this.#swarm, source.of ?? '');
      if (!group || source.review)
        return [
          this.#step(
            'groups',
            `${groups} has no groups`,
            this.#names((each) => !each.review && groupOf(this.#swarm, each.of ?? '') !== null),
            'a step with group:',
          ),
        ];
      // Its counts are of groups, which an incident would tell as lines.
      if (group.members.of !== null)
        return [
          this.#step(
            'groups',
            `${groups} counts what ${group.members.of} made, not lines`,
            this.#names((each) => !each.review && groupOf(this.#swarm, each.of ?? '')?.members.of === null),
            'a step that groups what items of the input gave',
          ),
        ];
      return INCIDENT_FIELDS.flatMap((field): Broken[] => {
        const named = fields[field];
        return named === undefined ? [] : this.#incidentField(field, named, source, group);
      });
    });
  }

  text(): Broken[] {
    const { text = '' } = this.#section;
    return this.#within('text', text, (source) => {
      const role = this.#swarm.flow.find((step) => nameOfStep(step) === source.step)?.role;
      const writes = role !== undefined && hasText(source.output);
      if (writes && !source.review) return [];
      const message =
        role === undefined
          ? `no role writes ${text}`
          : source.review
            ? `${text} only reviews`
            : `outputs of ${source.step} hold no text`;
      return [this.#step('text', message, [], 'a step whose role writes text')];
    });
  }

  #incidentField(
    field: (typeof INCIDENT_FIELDS)[number],
    named: string,
    source: ReportSource,
    group: GroupSource,
  ): Broken[] {
    const path = ['fields', field];
    if (field === 'title') {
      if (source.step === group.name)
        return [
          {
            path: [...this.#path, ...path],
            message: `no role writes a title for ${source.name}`,
            expected: 'no fields.title, or the step of a role as groups',
          },
        ];
      return this.#field(path, named, source.looked, source.step);
    }
    if (field === 'severity')
      return this.#field(path, named, sourceOf(this.#swarm, group.name)?.looked ?? looksAt(null), group.name);
    return this.#field(path, named, group.members.looked, group.members.step);
  }

  /** Goes on where the step is one that gives outputs. */
  #within(key: keyof ReportSection, name: string, next: (source: ReportSource) => Broken[]): Broken[] {
    const source = sourceOf(this.#swarm, name);
    if (source) return next(source);
    return [this.#step(key, `${this.#at}.${key} names ${quote(name)}, which is not a step`, this.#names(), '', name)];
  }

  #step(key: keyof ReportSection, message: string, names: readonly string[], expected: string, name = ''): Broken {
    const near = name === '' ? null : nearest(name, names);
    return {
      path: [...this.#path, key],
      message,
      expected: names.length > 0 ? `one of ${someOf([...names])}` : expected,
      hint: near ? `did you mean ${near}?` : '',
    };
  }

  #names(fits: (source: ReportSource) => boolean = () => true): string[] {
    return this.#swarm.flow.map(nameOfStep).filter((name) => {
      const source = sourceOf(this.#swarm, name);
      return source !== null && fits(source);
    });
  }

  #field(path: Path, field: string, looked: Looked, step: string, besides: readonly string[] = []): Broken[] {
    if (besides.includes(field)) return [];
    const known = fieldsKnown(this.#swarm.input);
    const fault = fieldFault(field, { looked, known, role: step }, besides);
    return fault ? [{ path: [...this.#path, ...path], ...fault }] : [];
  }
}

/** Whether there are sentences in it: free text, or a field of text that is no choice. */
function hasText(output: OutputSchema | null): boolean {
  return (
    output === null ||
    fieldsOf(output).some((field) => {
      const schema = field === WHOLE_TEXT && output.type === 'string' ? output : fieldOf(output, field);
      if (!schema) return false;
      const types = [schema.type ?? []].flat();
      return (
        !schema.enum &&
        !('const' in schema) &&
        (types.length === 0 || types.some((type) => type === 'string' || type === 'array'))
      );
    })
  );
}
