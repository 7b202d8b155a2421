/**
 * The swarm file, version 1: every key, its default and its range. `public/swarm.schema.json` is made from this file and
 * docs/swarm-file.md explains it.
 *
 * Each message says what is *expected*; parse.ts puts what was found and where in front of it.
 */
import * as v from 'valibot';
import { sampleSchema, SortSchema } from './choice.ts';
import { OutputSchemaSchema } from './output-schema.ts';
import { ReportSchema } from './report.ts';
import { WhereSchema } from './where.ts';

export const ROLE_KINDS = ['coordinator', 'specialist', 'guardian', 'worker', 'messenger'] as const;
export const INPUT_FORMATS = ['lines', 'csv', 'jsonl', 'json'] as const;
/** Encodings that a swarm file may name, as people know them. */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'latin1',
  'windows-1252',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'koi8-r',
  'macintosh',
  'euc-kr',
  'shift_jis',
  'euc-jp',
  'gb18030',
  'big5',
] as const;
export type Encoding = (typeof ENCODINGS)[number];
/** Delimiters that have a name in a swarm file. */
export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', bar: '|', space: ' ' } as const;
/** What is read of a text that is too long for the model. */
export const LONG = ['head', 'tail', 'middle', 'split'] as const;
/** In which format fields of lines are looked for. */
export const FIELDS_OF = ['auto', 'none', 'syslog', 'iso', 'apache', 'json', 'logfmt'] as const;
export type FieldsOf = (typeof FIELDS_OF)[number];
export const MERGES = ['rules', 'step'] as const;
/** What the size of a part is counted in. */
export const SPLIT_UNITS = ['tokens', 'characters', 'lines', 'paragraphs', 'pages'] as const;
/** Files under public/swarms/inputs/. */
export const EXAMPLE_INPUTS = ['mixed.log', 'feedback.csv', 'documents.jsonl', 'contacts.csv'] as const;

export const MAX_AGENTS = 100_000;
export const MAX_ROLES = 64;
/** Items of one input. */
export const MAX_ITEMS = 1_000_000;
export const MAX_INPUT_CHARACTERS = 50 * 1024 * 1024;
/** Flow steps. */
export const MAX_STEPS = 64;

/** What flow calls the items. */
export const INPUT_NAME = 'input';
/** What may name a role or a step: it stands in agents' names, in links and in flow. */
const NAME_FORM = /^(?!input$)[a-z][a-z0-9-]{0,31}$/;
const NAME = 'lower-case letters, digits and hyphens, a letter first, at most 32, and not input';

const text = (max: number, expected = `a text of 1 to ${max} characters`) =>
  v.pipe(v.string(expected), v.nonEmpty(expected), v.maxLength(max, expected));

const whole = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(min, expected), v.maxValue(max, expected));
};

const between = (min: number, max: number) => {
  const expected = `a number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected));
};

const choice = <const T extends readonly string[]>(options: T) => v.picklist(options, `one of ${options.join(', ')}`);

/** A bare number in the unit that `units` maps to 1, or a text such as "30s"; comes out as a whole number of that unit. */
function quantity(units: Readonly<Record<string, number>>, min: number, max: number, expected: string) {
  const names = Object.keys(units);
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?) ?(${names.join('|')})$`);
  return v.pipe(
    v.union(
      [
        v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected)),
        v.pipe(v.string(expected), v.regex(pattern, expected)),
      ],
      expected,
    ),
    v.rawTransform<number | string, number>(({ dataset, addIssue, NEVER }) => {
      const [, amount, unit = ''] = pattern.exec(String(dataset.value)) ?? [];
      const value = Math.round(amount === undefined ? Number(dataset.value) : Number(amount) * (units[unit] ?? 1));
      if (value >= min && value <= max) return value;
      addIssue({ message: expected });
      return NEVER;
    }),
  );
}

/** Milliseconds. */
const duration = (min: number, max: number, range: string) =>
  quantity(
    { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 },
    min,
    max,
    `milliseconds or a time such as "30s", ${range}`,
  );

/** MiB. Graphics memory is sold in powers of two, so "8 GB" is 8192 MiB as well. */
const mebibytes = (min: number, max: number, range: string) =>
  quantity({ MiB: 1, MB: 1, GiB: 1024, GB: 1024 }, min, max, `MiB or a size such as "8 GB", ${range}`);

const modelId = () => {
  const expected = 'a model id such as pocket or Qwen2.5-1.5B-Instruct-q4f16_1-MLC';
  return v.pipe(v.string(expected), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, expected));
};

const DELIMITER = `one of ${Object.keys(DELIMITERS).join(', ')}, or one character`;

/** One character; names, and the tab as people write it in single quotes, come out as what they stand for. */
const delimiter = () =>
  v.pipe(
    v.string(DELIMITER),
    v.transform((text) => (text === '\\t' ? '\t' : ((DELIMITERS as Readonly<Record<string, string>>)[text] ?? text))),
    v.regex(/^[^"\n\r]$/, DELIMITER),
  );

const COLUMN = 'a column name, or a column number from 1';
const SHARE = 'a number above 0, at most 1';

/** In (0, 1]. */
const share = () => v.pipe(v.number(SHARE), v.gtValue(0, SHARE), v.maxValue(1, SHARE));

const roleName = () => v.string('the name of a role');
const stepName = () => v.string('the name of a step');

const Budget = v.strictObject(
  {
    vram: v.pipe(
      v.optional(mebibytes(64, 1024 * 1024, '64 MiB to 1024 GB'), 7168),
      v.description(
        'GPU memory the swarm may count on: MiB, or a size such as "8 GB" (8192 MiB). Browsers do not report it.',
      ),
    ),
    occupancy: v.pipe(v.optional(between(0.1, 0.95), 0.85), v.description('Share of vram that is never exceeded.')),
    resident: v.pipe(v.optional(whole(1, 16), 12), v.description('Agents on the GPU at once.')),
    tokens: v.pipe(
      v.exactOptional(whole(1, 1e12)),
      v.description('Prompt and output tokens of the whole run; absent = no limit.'),
    ),
  },
  'a map with vram, occupancy, resident, tokens',
);

const Input = v.strictObject(
  {
    from: v.pipe(
      v.optional(choice(['dropped', 'example']), 'dropped'),
      v.description(
        'dropped: the file that a person gives; example: one that comes with Planaria, unless a person gives a file.',
      ),
    ),
    example: v.pipe(v.exactOptional(choice(EXAMPLE_INPUTS)), v.description('Which example; with from: example only.')),
    format: v.pipe(
      v.optional(choice(INPUT_FORMATS), 'lines'),
      v.description(
        'lines: each line is an item; csv: each record; jsonl: each line is one JSON value; json: each item of a list is one.',
      ),
    ),
    encoding: v.pipe(
      v.exactOptional(choice(ENCODINGS)),
      v.description(
        "The file's encoding; absent = UTF-8, or UTF-16 where the file says so. A byte order mark goes first.",
      ),
    ),
    delimiter: v.pipe(
      v.exactOptional(delimiter()),
      v.description('csv: what parts fields: comma, semicolon, tab, bar, space or one character; absent = found out.'),
    ),
    column: v.pipe(
      v.exactOptional(
        v.union([text(128, COLUMN), v.pipe(v.number(COLUMN), v.safeInteger(COLUMN), v.minValue(1, COLUMN))], COLUMN),
      ),
      v.description(
        'csv: the column that agents read. A name needs a header line; a number counts from 1 and means there is none.',
      ),
    ),
    header: v.pipe(
      v.exactOptional(v.boolean('true or false')),
      v.description('csv, with a column number: true = the first record is a header all the same.'),
    ),
    field: v.pipe(
      v.exactOptional(text(128)),
      v.description(
        'jsonl, json: the field that agents read, such as message, log.message or events[].message; absent = the whole value.',
      ),
    ),
    fields: v.pipe(
      v.exactOptional(choice(FIELDS_OF)),
      v.description(
        'lines: how fields of a line are found that steps or the report name, such as time, host and message: by a named format, or by the one that most lines have (auto); none = line and text only; absent = auto.',
      ),
    ),
    year: v.pipe(
      v.exactOptional(whole(1970, 9999)),
      v.description(
        'lines: the year of the first time that names none, as those of syslog do not; absent = the one that conditions on times name, else 2000.',
      ),
    ),
    join: v.pipe(
      v.exactOptional(choice(['none', 'traces'])),
      v.description(
        'traces: lines of a stack trace, and others that are indented, belong to the line before them; absent = none.',
      ),
    ),
    long: v.pipe(
      v.exactOptional(choice(LONG)),
      v.description(
        'What is read of a text that does not fit the model: head, tail, or middle = both ends without what is between them; split = all of it, in parts that have turns of their own; absent = head.',
      ),
    ),
    merge: v.pipe(
      v.exactOptional(choice(MERGES)),
      v.description(
        'With long: split: rules = outputs of parts become one by rules of the schema; step = the next step of flow reads them as a list; absent = rules.',
      ),
    ),
    bad: v.pipe(
      v.exactOptional(choice(['stop', 'skip'])),
      v.description(
        'csv, jsonl, json: skip = records that cannot be read are passed over, counted and listed; absent = stop.',
      ),
    ),
    limit: v.pipe(v.exactOptional(whole(1, MAX_ITEMS)), v.description('At most this many items; absent = all.')),
  },
  'a map with from, example, format, encoding, delimiter, column, header, field, fields, year, join, long, merge, bad, limit',
);

const Limits = v.strictObject(
  {
    steps: v.pipe(
      v.optional(whole(1, 25), 10),
      v.description(
        'Steps, a turn each, in which an agent must come to its answer on one task. Today the first step is the answer, so nothing reaches this; attempts are counted apart.',
      ),
    ),
    tokens: v.pipe(v.optional(whole(1, 32_768), 256), v.description('Output tokens of one turn.')),
    deadline: v.pipe(
      v.optional(duration(100, 3_600_000, '100 ms to 1 h'), 120_000),
      v.description('Time for one turn: milliseconds, or a time such as "30s".'),
    ),
  },
  'a map with steps, tokens, deadline',
);

const Memory = v.strictObject(
  {
    turns: v.pipe(
      v.optional(whole(0, 32), 0),
      v.description(
        'Its last exchanges, at most so many, as far as they fit the context; of more the older half goes; 0 = none.',
      ),
    ),
  },
  'a map with turns',
);

export const RoleSchema = v.strictObject(
  {
    kind: v.pipe(
      v.optional(choice(ROLE_KINDS), 'worker'),
      v.description('What the role is for; coordinators go first, messengers last.'),
    ),
    replicas: v.pipe(v.optional(whole(1, MAX_AGENTS), 1), v.description('How many agents have the role.')),
    prompt: v.pipe(text(32_768), v.description('What every agent of the role is told first.')),
    output: v.pipe(
      v.exactOptional(OutputSchemaSchema),
      v.description('JSON Schema (a subset) of what a turn must write; absent = free text.'),
    ),
    temperature: v.pipe(v.optional(between(0, 2), 0), v.description('0 = always the likeliest token.')),
    topP: v.pipe(
      v.optional(share(), 1),
      v.description('Sample from the likeliest tokens that together have this probability.'),
    ),
    limits: v.pipe(v.optional(Limits, {}), v.description('Bounds of the work on one task.')),
    attempts: v.pipe(
      v.optional(whole(1, 10), 3),
      v.description(
        'Turns that may fail before the task ends as a named failure; sooner where three different agents failed at it.',
      ),
    ),
    memory: v.pipe(
      v.optional(Memory, {}),
      v.description('What an agent keeps of its earlier tasks, and sees again in the next.'),
    ),
    escalate: v.pipe(
      v.exactOptional(v.pipe(v.array(modelId(), 'a list of model ids'), v.maxLength(4, 'at most 4 model ids'))),
      v.description(
        'Models to try, in order, with a task that failed all its attempts, or in the hands of three different agents, where they are in this browser and fit beside.',
      ),
    ),
  },
  'a map with prompt, replicas, output',
);

/** Groups that one step makes at most. */
export const MAX_GROUPS = 100_000;
const FIELDS = 'a list of 1 to 8 fields such as [kind, subject]';

const Group = v.strictObject(
  {
    by: v.pipe(
      v.array(text(128), FIELDS),
      v.minLength(1, FIELDS),
      v.maxLength(8, FIELDS),
      v.description('Fields of the source: outputs that are the same in all of them are one group.'),
    ),
    order: v.pipe(
      v.exactOptional(v.pipe(v.array(text(128), FIELDS), v.minLength(1, FIELDS), v.maxLength(8, FIELDS))),
      v.description(
        'Which groups come first: count (most members), first or last (by place in the input), or fields, worst first: the highest value of any member, enums in their order; absent = by the first member.',
      ),
    ),
    limit: v.pipe(
      v.optional(whole(1, MAX_GROUPS), 1000),
      v.description('At most this many groups, the first by order; what is left out is counted.'),
    ),
  },
  'a map with by, order, limit',
);

const PART_OF = 'a whole number from 1 to 262144';
const AROUND = {
  first: 'of the beginning of the whole text',
  before: 'of what stands before the part',
  after: 'of what stands after it',
};

/** Characters of what stands around a part. */
const around = (what: string) =>
  v.pipe(v.exactOptional(whole(1, 4000)), v.description(`Characters ${what}; absent = none.`));

const Split = v.strictObject(
  {
    by: v.pipe(
      choice(SPLIT_UNITS),
      v.description(
        'What size counts: characters; tokens, as they are estimated without the model; lines; paragraphs, which blank lines part; pages, which form feeds part.',
      ),
    ),
    size: v.pipe(
      v.number(PART_OF),
      v.safeInteger(PART_OF),
      v.minValue(1, PART_OF),
      v.maxValue(262_144, PART_OF),
      v.description(
        'At most so many of them in a part; characters and tokens end where a paragraph, line, sentence or word does.',
      ),
    ),
    overlap: v.pipe(
      v.exactOptional(whole(1, 262_143)),
      v.description('So many of the last of a part stand in the next one as well; absent = none.'),
    ),
    context: v.pipe(
      v.exactOptional(
        v.strictObject(
          { first: around(AROUND.first), before: around(AROUND.before), after: around(AROUND.after) },
          'a map with first, before, after',
        ),
      ),
      v.description(
        'What agents are given beside the part, apart from it: what they copy has to stand in the part itself. Absent = nothing.',
      ),
    ),
  },
  'a map with by, size, overlap, context',
);

const Step = v.strictObject(
  {
    name: v.pipe(
      v.exactOptional(v.pipe(v.string(NAME), v.regex(NAME_FORM, NAME))),
      v.description('What other steps call this one; absent = its role.'),
    ),
    role: v.pipe(
      v.exactOptional(roleName()),
      v.description('Who works in this step; absent = nobody: the step lets outputs pass by where.'),
    ),
    each: v.pipe(
      v.exactOptional(v.string(`${INPUT_NAME} or the name of a step`)),
      v.description('Works on every item of the input, or on every output of the named step.'),
    ),
    group: v.pipe(
      v.exactOptional(Group),
      v.description(
        'With each, and without role: outputs of the source become groups, each a task of its own, as soon as all of them are there.',
      ),
    ),
    sort: v.pipe(
      v.exactOptional(SortSchema),
      v.description(
        'With each, and without role: outputs of the source in the order of these fields, each a task of its own: worst first (the last of an enum, the greatest number, true; texts from a to z), or as order says. line is the place in the input.',
      ),
    ),
    limit: v.pipe(
      v.exactOptional(whole(1, MAX_ITEMS)),
      v.description(
        'With each, and without role: at most so many, the first by sort or else as they come. Of the input itself the others are not worked on.',
      ),
    ),
    sample: v.pipe(
      v.exactOptional(sampleSchema(MAX_ITEMS)),
      v.description('With each, and without role: some of what the source gave, in its order.'),
    ),
    split: v.pipe(
      v.exactOptional(Split),
      v.description(
        'With each, and without role: the text of each item, or what the source wrote, becomes parts, each a task of its own.',
      ),
    ),
    merge: v.pipe(
      v.exactOptional(stepName()),
      v.description(
        'In place of each: outputs of the named step, which works on parts, become one again for each text that was split: by rules of the schema or, with role, by its agents.',
      ),
    ),
    collect: v.pipe(
      v.exactOptional(v.string(`${INPUT_NAME} or the name of a step`)),
      v.description(
        'In place of each: all outputs of the named step become one, in several turns where they do not fit one.',
      ),
    ),
    reviews: v.pipe(v.exactOptional(stepName()), v.description('Reviews outputs of the named step.')),
    with: v.pipe(
      v.exactOptional(v.string(`${INPUT_NAME} or the name of a step`)),
      v.description('Beside each: what is read as well of the same item, its text or the output of the named step.'),
    ),
    where: v.pipe(
      v.exactOptional(WhereSchema),
      v.description(
        'Which outputs of the source are taken: a field and its value, a list of values, or a map with gte, lte, gt, lt, contains, not; any, all and not join such maps.',
      ),
    ),
    dedupe: v.pipe(
      v.exactOptional(v.boolean('true or false')),
      v.description(
        'With each: true = of texts that are equal once numbers and names are left out one is asked, and the others have its answer; what is copied from the input is copied from each anew.',
      ),
    ),
    share: v.pipe(
      v.exactOptional(share()),
      v.description(
        'With reviews: the share of outputs that is reviewed; absent = 1, all of them, or, with marked, those alone.',
      ),
    ),
    marked: v.pipe(
      v.exactOptional(v.boolean('true or false')),
      v.description(
        'With reviews: outputs of items that show signs of an instruction are reviewed whatever the share.',
      ),
    ),
  },
  'a map such as {role: triager, each: input}',
);
const Supervision = v.strictObject(
  {
    intensity: v.pipe(
      v.optional(whole(1, 10_000), 20),
      v.description('Restarts within one period after which a supervisor gives the fault upward.'),
    ),
    period: v.pipe(
      v.optional(duration(1000, 86_400_000, '1 s to 24 h'), 60_000),
      v.description('Length of the sliding window: milliseconds, or a time such as "60s".'),
    ),
    ask: v.pipe(
      v.optional(duration(0, 86_400_000, '0 to 24 h')),
      v.description(
        "How long a task that has failed all its attempts waits for a person's word before it ends as that failure.",
      ),
    ),
    thresholds: v.pipe(
      v.optional(
        v.strictObject(
          {
            degraded: v.pipe(
              v.optional(between(0, 1), 0.6),
              v.description(
                'Health score: two turns in a row at or below it make an agent suspect, until 100 turns of the role have passed and the line is learned from them.',
              ),
            ),
            failed: v.pipe(
              v.optional(between(0, 1), 0.3),
              v.description('Health score: one turn at or below it makes its agent suspect at once; below degraded.'),
            ),
          },
          'a map with degraded, failed',
        ),
        {},
      ),
      v.description('Health scores of single turns, 0 to 1.'),
    ),
  },
  'a map with intensity, period, ask, thresholds',
);

export const SwarmSchema = v.strictObject(
  {
    planaria: v.pipe(v.literal(1, '1, the version of the file format'), v.description('Version of the file format.')),
    name: v.pipe(text(80), v.description('What people call this swarm.')),
    description: v.pipe(
      v.exactOptional(v.pipe(v.string('a text'), v.maxLength(2000, 'at most 2000 characters'))),
      v.description('What it does, for people.'),
    ),
    seed: v.pipe(
      v.optional(whole(0, 4_294_967_295), 1),
      v.description('Seed of every random choice: samples, which outputs are reviewed, jitter.'),
    ),
    model: v.pipe(
      v.optional(modelId(), 'pocket'),
      v.description(
        "pocket (built in), an id of WebLLM's list, or remote: an endpoint that the person at the page names. Never an address.",
      ),
    ),
    budget: v.optional(Budget, {}),
    input: v.optional(Input, {}),
    roles: v.pipe(
      v.record(v.pipe(v.string(), v.regex(NAME_FORM, NAME)), RoleSchema, 'a map from role names to roles'),
      v.minEntries(1, 'at least one role'),
      v.maxEntries(MAX_ROLES, `at most ${MAX_ROLES} roles`),
      v.description('Who there is. Agents are numbered role by role in this order.'),
    ),
    flow: v.pipe(
      v.array(Step, 'a list of steps such as {role: triager, each: input}'),
      v.minLength(1, 'at least one step'),
      v.maxLength(MAX_STEPS, `at most ${MAX_STEPS} steps`),
      v.description('Which role works on what: a graph of steps from the input on.'),
    ),
    report: v.pipe(
      v.exactOptional(ReportSchema),
      v.description('The answer that the rows of a run are put into: counts, tables, groups with their lines, texts.'),
    ),
    supervision: v.optional(Supervision, {}),
  },
  'a swarm file: a map with planaria, name, roles, flow',
);

/** A checked swarm: defaults filled in, durations in milliseconds, sizes in MiB. Also a valid file when written as YAML or JSON. */
export type Swarm = v.InferOutput<typeof SwarmSchema>;
export type SwarmRole = v.InferOutput<typeof RoleSchema>;
export type SwarmInput = v.InferOutput<typeof Input>;
export type SwarmStep = v.InferOutput<typeof Step>;
/** As a person writes it: defaults may be absent, quantities may carry units. */
export type SwarmFile = v.InferInput<typeof SwarmSchema>;
