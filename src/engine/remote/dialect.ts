/**
 * What an endpoint has been found to take. Servers that call themselves compatible refuse this or that part of a request; what is refused is
 * left out, one step at a time, and not sent again. Pure: what is known is a value, a refusal makes another one of it.
 */
import type { EndpointPart } from '../../journal/vocabulary.ts';
import type { ChatMessage, TurnRequest } from '../contract.ts';
import { defuse } from '../defuse.ts';
import type { Refusal } from './faults.ts';

/** How the number of tokens is bounded; `nothing`: not by the server at all. */
const LIMITS = ['max_tokens', 'max_completion_tokens', 'nothing'] as const;
/**
 * How the form of the output is asked for: by its schema; by JSON mode with the schema beside it (llama.cpp, Together), or without; in words
 * alone. From the second on the schema is in the prompt as well.
 */
const FORMATS = ['json_schema', 'json_object with schema', 'json_object', 'words'] as const;
type Format = (typeof FORMATS)[number];

/** Parts of a request that can be left out as they are. */
const OPTIONAL = [
  'stream_options',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'top_p',
  'temperature',
] as const;
type Optional = (typeof OPTIONAL)[number];

/** Room for reasoning beside the answer, tokens: models that reason count it against the limit. */
const ROOMS = [0, 1024, 4096, 16_384] as const;

export interface Dialect {
  readonly limit: (typeof LIMITS)[number];
  /** Most tokens that may be asked for; null: no limit is known. */
  readonly most: number | null;
  /** By schema; `json_schema` where it does not stand here. */
  readonly formats: Readonly<Record<string, Format>>;
  /** Schemas that are in the prompt as well, because the server was seen not to hold to them. */
  readonly told: readonly string[];
  readonly without: readonly Optional[];
  /** False: the whole answer comes at once. */
  readonly stream: boolean;
  /** False: what the system says stands in front of the first message. */
  readonly system: boolean;
  readonly room: (typeof ROOMS)[number];
}

/** Nothing has been refused yet. */
export const FULL: Dialect = {
  limit: 'max_tokens',
  most: null,
  formats: {},
  told: [],
  without: [],
  stream: true,
  system: true,
  room: 0,
};

/** One step down, as it is told: what the server would not take, and what stands in its place, by name or number (null: nothing). */
export interface DialectStep {
  readonly without: EndpointPart;
  readonly instead: string | null;
}

export interface Changed {
  readonly dialect: Dialect;
  /** Null: the request was made before a step that others have caused; it is only sent again. */
  readonly step: DialectStep | null;
}

/** The body of a request. */
export function bodyOf(request: TurnRequest, model: string, dialect: Dialect): Readonly<Record<string, unknown>> {
  const { sampling, schema, stop } = request;
  const format = schema === undefined ? null : formatOf(dialect, schema);
  const tokens = Math.min(request.maxTokens + dialect.room, dialect.most ?? Infinity);
  const optional: Readonly<Record<Optional, unknown>> = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    stop: stop && stop.length > 0 ? stop : undefined,
    stream_options: dialect.stream ? { include_usage: true } : undefined,
  };
  const given = OPTIONAL.filter((name) => optional[name] !== undefined && !dialect.without.includes(name));
  return {
    model,
    messages: messagesOf(request, dialect),
    ...(dialect.limit !== 'nothing' && { [dialect.limit]: tokens }),
    ...Object.fromEntries(given.map((name) => [name, optional[name]])),
    ...(format !== null && schema !== undefined && responseFormat(format, schema)),
    stream: dialect.stream,
  };
}

/** What the refusal of a request that was made in `used` changes; null where it is about nothing that could be left out. */
export function stepDown(now: Dialect, used: Dialect, refusal: Refusal, request: TurnRequest): Changed | null {
  const { schema } = request;
  const about = `${refusal.param} ${refusal.code} ${refusal.words}`.toLowerCase();
  const named = (name: string): boolean => new RegExp(`(^|[^a-z_])${name}([^a-z_]|$)`).test(about);
  const most = MOST.exec(about)?.[1];
  if (most !== undefined) return cap(now, used, Number(most), request);
  if (named('max_tokens') || named('max_completion_tokens')) return limit(now, used);
  if (named('stream_options') || named('include_usage')) return leaveOut(now, used, 'stream_options');
  if (schema !== undefined && FORMAT.test(about)) return format(now, used, schema);
  const optional = OPTIONAL.find((name) => named(name) && name !== 'stop');
  if (optional) return leaveOut(now, used, optional);
  if (refusal.param === 'stop' || /['"`]stop['"`]/.test(about)) return leaveOut(now, used, 'stop');
  if (refusal.param === 'stream' || /['"`]stream['"`]|to stream this model|streaming is not/.test(about))
    return atOnce(now, used);
  if (SYSTEM.test(about)) return foldSystem(now, used);
  return null;
}

const MOST =
  /max_(?:completion_)?tokens.{0,80}?(?:at most|maximum(?: value)?(?: of| is)?|less than or equal to|<=) ?(\d+)/s;
const FORMAT = /response_format|json_schema|json schema|json_object|guided|grammar|structured.?output|schema/;
const SYSTEM =
  /system (role|message|prompt)|role[^.]*system|system[^.]*role|developer instruction|roles must alternate/;

/** Where a refusal names nothing: the next part to do without, in this order, least missed first. Null: nothing is left. */
export function guess(now: Dialect, request: TurnRequest): Changed | null {
  const { schema } = request;
  for (const name of ['stream_options', 'seed', 'frequency_penalty', 'presence_penalty', 'stop'] as const)
    if (!now.without.includes(name) && sends(now, request, name)) return leaveOut(now, now, name);
  if (schema !== undefined && formatOf(now, schema) !== 'words') return format(now, now, schema);
  for (const name of ['top_p', 'temperature'] as const)
    if (!now.without.includes(name)) return leaveOut(now, now, name);
  if (now.limit !== 'nothing') return limit(now, now);
  return now.system && request.prefix.some(({ role }) => role === 'system') ? foldSystem(now, now) : null;
}

function sends(dialect: Dialect, { sampling, stop }: TurnRequest, name: Optional): boolean {
  if (name === 'stream_options') return dialect.stream;
  if (name === 'stop') return (stop?.length ?? 0) > 0;
  if (name === 'presence_penalty') return sampling.presencePenalty !== undefined;
  if (name === 'frequency_penalty') return sampling.frequencyPenalty !== undefined;
  return true;
}

/** All its tokens went into reasoning: more room, as far as there is a next size. */
export function moreRoom(now: Dialect, used: Dialect): Changed | null {
  const next = ROOMS[ROOMS.indexOf(used.room) + 1];
  if (next === undefined || (now.limit === 'nothing' && used.limit === 'nothing')) return null;
  if (now.room >= next) return { dialect: now, step: null };
  return { dialect: { ...now, room: next }, step: { without: 'room-for-answer', instead: String(next) } };
}

/** The server took the schema and did not hold to it: the schema is put into the prompt as well. Null where it was there already. */
export function tellSchema(now: Dialect, used: Dialect, schema: string): Changed | null {
  if (isTold(used, schema)) return null;
  if (isTold(now, schema)) return { dialect: now, step: null };
  return { dialect: { ...now, told: [...now.told, schema] }, step: { without: 'adherence', instead: 'words' } };
}

const formatOf = (dialect: Dialect, schema: string): Format => dialect.formats[schema] ?? 'json_schema';
const isTold = (dialect: Dialect, schema: string): boolean =>
  formatOf(dialect, schema) !== 'json_schema' || dialect.told.includes(schema);

function limit(now: Dialect, used: Dialect): Changed | null {
  if (now.limit !== used.limit) return { dialect: now, step: null };
  const next = LIMITS[LIMITS.indexOf(used.limit) + 1];
  if (next === undefined || used.limit === 'nothing') return null;
  return {
    dialect: { ...now, limit: next },
    step: { without: used.limit, instead: next === 'nothing' ? null : next },
  };
}

function cap(now: Dialect, used: Dialect, most: number, request: TurnRequest): Changed | null {
  if (now.most !== used.most) return { dialect: now, step: null };
  if (most < 1 || most >= request.maxTokens + used.room) return null;
  return { dialect: { ...now, most }, step: { without: 'most-tokens', instead: String(most) } };
}

function leaveOut(now: Dialect, used: Dialect, name: Optional): Changed | null {
  if (now.without.includes(name)) return used.without.includes(name) ? null : { dialect: now, step: null };
  return { dialect: { ...now, without: [...now.without, name] }, step: { without: name, instead: null } };
}

function format(now: Dialect, used: Dialect, schema: string): Changed | null {
  const before = formatOf(used, schema);
  if (formatOf(now, schema) !== before) return { dialect: now, step: null };
  const next = FORMATS[FORMATS.indexOf(before) + 1];
  if (next === undefined || before === 'words') return null;
  const formats = { ...now.formats, [schema]: next };
  return { dialect: { ...now, formats }, step: { without: before, instead: next } };
}

function atOnce(now: Dialect, used: Dialect): Changed | null {
  if (!used.stream) return null;
  if (!now.stream) return { dialect: now, step: null };
  return { dialect: { ...now, stream: false }, step: { without: 'stream', instead: null } };
}

function foldSystem(now: Dialect, used: Dialect): Changed | null {
  if (!used.system) return null;
  if (!now.system) return { dialect: now, step: null };
  return { dialect: { ...now, system: false }, step: { without: 'system-role', instead: 'user' } };
}

function responseFormat(format: Format, schema: string): { readonly response_format?: unknown } {
  if (format === 'words') return {};
  if (format === 'json_object') return { response_format: { type: 'json_object' } };
  const plain = standardSchema(JSON.parse(schema));
  if (format === 'json_schema')
    return { response_format: { type: 'json_schema', json_schema: { name: 'output', schema: plain } } };
  return { response_format: { type: 'json_object', schema: plain } };
}

/** The server makes the tokens, and reads control tokens wherever they stand: none stands in what is sent. */
const messagesOf = (request: TurnRequest, dialect: Dialect): readonly ChatMessage[] =>
  spoken(request, dialect).map((message) => ({ ...message, content: defuse(message.content) }));

function spoken({ prefix, messages, schema }: TurnRequest, dialect: Dialect): readonly ChatMessage[] {
  const told =
    schema !== undefined && isTold(dialect, schema)
      ? `Answer with one JSON value and nothing else. It must fit this JSON Schema:\n${JSON.stringify(standardSchema(JSON.parse(schema)))}`
      : null;
  const all = told === null ? [...prefix, ...messages] : [...withSystem(prefix, told), ...messages];
  if (dialect.system) return all;
  const system = all.filter(({ role }) => role === 'system').map(({ content }) => content);
  const rest = all.filter(({ role }) => role !== 'system');
  const [first, ...others] = rest;
  if (!first || system.length === 0) return rest;
  return [{ ...first, content: [...system, first.content].join('\n\n') }, ...others];
}

/** Some templates take one system message only, and that first. */
function withSystem(prefix: readonly ChatMessage[], text: string): readonly ChatMessage[] {
  const [first, ...others] = prefix;
  if (first?.role !== 'system') return [{ role: 'system', content: text }, ...prefix];
  return [{ ...first, content: `${first.content}\n\n${text}` }, ...others];
}

/** Without our own keywords, which a strict server does not know; names of properties are left alone. */
function standardSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(standardSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !key.startsWith('x-'))
      .map(([key, value]: [string, unknown]) => {
        if (key !== 'properties' || typeof value !== 'object' || value === null) return [key, standardSchema(value)];
        return [key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, standardSchema(each)]))];
      }),
  );
}
