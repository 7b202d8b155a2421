/** The answer as Markdown, in English. What comes from rows is written so that none of it is taken for markup. */
import type { Scalar } from '../../swarm/output-schema.ts';
import type { Answer, AnswerSection, Claim, Evidence, Incident, Tally } from './answer.ts';

/** Lines named one by one, and members quoted. */
const MOST_LINES = 20;
const MOST_QUOTES = 5;

const grouped = new Intl.NumberFormat('en-US');
const num = (value: number): string => grouped.format(value);
const count = (n: number, one: string, many = `${one}s`): string => `${num(n)} ${n === 1 ? one : many}`;

/** On one line, with nothing in it that Markdown or HTML would obey. */
export function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*_{}[\]()#+!|<>~&$^=-]/g, (mark) => (mark === '-' ? mark : `\\${mark}`))
    .replace(/^(\s*)([-:]|\d+[.)])/, '$1\\$2')
    .replace(/(https?|ftp|www)(:|\.)/gi, '$1\\$2');
}

/** Letter by letter between marks that are longer than any in it. */
function code(text: string): string {
  const line = text.replace(/[\r\n\u2028\u2029]+/g, ' ');
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

const told = (value: Scalar): string => (value === null ? 'none' : plain(String(value)));

export function toMarkdown(answer: Answer): string {
  const parts = [
    `# ${plain(answer.title)}`,
    `${lead(answer)}`,
    ...answer.sections.map((section) => sectionOf(section, answer)),
    notInHere(answer),
    `---\n\n${plain(answer.run.name)}, ${plain(answer.run.id)}. Model: ${plain(answer.run.model)} (${plain(answer.run.engine)}). Counts are made by code from the rows; sentences of a model are marked ✎ and stand beside the lines that they were made from.`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function lead({ complete, items, results, incidents, leftOut }: Answer): string {
  const soFar = complete ? '' : `Not complete: ${count(leftOut.open, 'task')} still open. `;
  const what = incidents.length > 0 ? `${count(incidents.length, 'incident')} in ` : '';
  return `${soFar}${what}${count(items, 'line')}; ${num(results)} of them have a result.`;
}

function heading(title: string, otherwise: string): string {
  return `## ${title === '' ? otherwise : plain(title)}`;
}

function sectionOf(section: AnswerSection, answer: Answer): string {
  switch (section.kind) {
    case 'counts': {
      const rows = section.values.map(({ value, count: n }) => `| ${told(value)} | ${num(n)} |`);
      const others = section.others > 0 ? [`| other values | ${num(section.others)} |`] : [];
      const table = ['| Value | Rows |', '| --- | ---: |', ...rows, ...others].join('\n');
      return `${heading(section.title, `${plain(section.field)} of ${section.of}`)}\n\n${table}`;
    }
    case 'table': {
      const columns = section.columns.map(plain);
      const rows = section.rows.map(({ cells }) => `| ${cells.map(told).join(' | ')} |`);
      const left = section.total - section.rows.length;
      const table = [`| ${columns.join(' | ')} |`, `| ${columns.map(() => '---').join(' | ')} |`, ...rows].join('\n');
      return `${heading(section.title, `Rows of ${section.of}`)}\n\n${table}${left > 0 ? `\n\nand ${count(left, 'row')} more.` : ''}`;
    }
    case 'groups': {
      const shown = answer.incidents.slice(section.from, section.to);
      const title = heading(section.title, 'Incidents');
      if (shown.length === 0) return `${title}\n\n${section.made ? 'None.' : 'Groups have not been made.'}`;
      const rows = shown.map((each) =>
        [
          told(each.severity),
          plain(each.title),
          moment(each, 'began'),
          moment(each, 'ended'),
          num(each.count),
          subjects(each),
        ].join(' | '),
      );
      const table = [
        '| Severity | What | Began | Ended | Lines | To whom |',
        '| --- | --- | --- | --- | ---: | --- |',
        ...rows.map((row) => `| ${row} |`),
      ];
      return [title, table.join('\n'), ...shown.map(incident)].join('\n\n');
    }
    case 'text': {
      const texts = section.texts.flatMap(({ claims }) => claims.map(claim));
      const left = section.total - section.texts.length;
      const body = texts.length > 0 ? texts.join('\n\n') : 'Nothing that could be traced to a line.';
      return `${heading(section.title, section.of)}\n\n${body}${left > 0 ? `\n\nand ${count(left, 'text')} more.` : ''}`;
    }
  }
}

function moment(incident: Incident, which: 'began' | 'ended'): string {
  const at = incident[which];
  return at ? plain(at.text) : `line ${num(which === 'began' ? incident.first : incident.last)}`;
}

function subjects({ subject, subjects: all }: Incident): string {
  if (subject !== null) return plain(subject);
  return all ? tally(all) : '';
}

function tally({ values, others }: Tally): string {
  const shown = values.filter(({ count: n }) => n > 0);
  const told_ = shown.map(({ value, count: n }) => `${told(value)} (${num(n)})`);
  return [...told_, ...(others > 0 ? [`others (${num(others)})`] : [])].join(', ');
}

function incident(each: Incident): string {
  const { severity, title, titleBy, count: n, lines, actions, reviews, quotes, claims } = each;
  const named = lines.slice(0, MOST_LINES).map(num).join(', ');
  const more = n - Math.min(lines.length, MOST_LINES);
  const facts = [
    `- Began: ${moment(each, 'began')}. Ended: ${moment(each, 'ended')}.`,
    `- How often: ${count(n, 'line')}.`,
    ...(subjects(each) === '' ? [] : [`- To whom: ${subjects(each)}.`]),
    ...(actions && actions.total > 0 ? [`- What to do, by ${count(actions.total, 'line')}: ${tally(actions)}.`] : []),
    ...(reviews.given > 0 ? [`- Reviewed: ${num(reviews.given)}, of them ${num(reviews.disputed)} disputed.`] : []),
    ...(each.failure === null ? [] : [`- Nothing was written about it: ${plain(each.failure)}.`]),
    `- Lines: ${named}${more > 0 ? ` and ${num(more)} more` : ''}.`,
  ];
  const pen = titleBy === 'model' ? ' ✎' : '';
  const evidence = quotes.slice(0, MOST_QUOTES).map((quote) => evidenceOf({ ...quote, marks: [] }));
  return [
    `### ${plain(title)}${pen}${severity === null ? '' : ` (${told(severity)})`}`,
    facts.join('\n'),
    ...claims.map(claim),
    ...(evidence.length > 0 ? [`The first lines:\n\n${evidence.join('\n')}`] : []),
  ].join('\n\n');
}

function claim({ heading: field, sentence, evidence, more }: Claim): string {
  const lines = evidence.map(evidenceOf);
  const rest = more > 0 ? [`- and ${count(more, 'line')} more`] : [];
  const beside = lines.length > 0 ? `\n\n${[...lines, ...rest].join('\n')}` : '';
  return `✎ ${field === '' ? '' : `${plain(field)}: `}${plain(sentence)}${beside}`;
}

const evidenceOf = ({ line, text }: Evidence): string => `- ${num(line)}: ${code(text)}`;

/** What the answer does not hold, in sentences. */
function notInHere({ sections, leftOut }: Answer): string {
  const { open, failures, conditions = 0, passedOver, sentences, quotes, lines } = leftOut;
  const failed = Object.values(failures).reduce((sum, n) => sum + n, 0);
  const by = Object.entries(failures).map(([name, n]) => `${num(n)} ${plain(name)}`);
  const told_ = [
    ...(open > 0 ? [`${count(open, 'task')} ${open === 1 ? 'has' : 'have'} not ended.`] : []),
    ...(failed > 0 ? [`${count(failed, 'row')} ${failed === 1 ? 'has' : 'have'} no result: ${by.join(', ')}.`] : []),
    ...(conditions > 0
      ? [`${count(conditions, 'item')} ${conditions === 1 ? 'was' : 'were'} left out by conditions on the input.`]
      : []),
    ...(passedOver > 0
      ? [
          `${count(passedOver, 'record')} of the input could not be read and ${passedOver === 1 ? 'was' : 'were'} passed over.`,
        ]
      : []),
    ...sections.flatMap((section) => beyondOf(section)),
    ...(sentences > 0
      ? [
          `${count(sentences, 'sentence')} ${sentences === 1 ? 'was' : 'were'} left out because ${sentences === 1 ? 'it' : 'they'} could not be traced to a line.`,
        ]
      : []),
    ...(quotes + lines > 0
      ? [
          `${count(quotes + lines, 'quote or line number', 'quotes and line numbers')} that no row has ${quotes + lines === 1 ? 'was' : 'were'} left out.`,
        ]
      : []),
  ];
  return `## What is not in here\n\n${told_.length > 0 ? told_.map((each) => `- ${each}`).join('\n') : 'Nothing is left out.'}`;
}

function beyondOf(section: AnswerSection): string[] {
  if (section.kind === 'table' && section.total > section.rows.length)
    return [`${count(section.total - section.rows.length, 'row')} of ${section.of} beyond the limit of a table.`];
  if (section.kind === 'text' && section.total > section.texts.length)
    return [`${count(section.total - section.texts.length, 'text')} of ${section.of} beyond the limit of a section.`];
  if (section.kind !== 'groups') return [];
  const { beyond, other, unmade, of } = section;
  const lines = (n: number): string => ` (${count(n, 'line')})`;
  return [
    ...(beyond.groups > 0
      ? [`${count(beyond.groups, 'group')}${lines(beyond.lines)} of ${of} beyond the limit of this report.`]
      : []),
    ...(unmade.groups > 0
      ? [
          `${unmade.more ? 'at least ' : ''}${count(unmade.groups, 'group')}${lines(unmade.lines)} beyond the limit of the step that groups.`,
        ]
      : []),
    ...(other.groups > 0 ? [`${count(other.groups, 'group')}${lines(other.lines)} that ${of} does not take.`] : []),
  ];
}
