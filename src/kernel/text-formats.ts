/**
 * Formats of JSON Schema as patterns: one text decides what a model may write and what a check lets pass. Each allows a part of what its
 * standard allows, the part that people write: no leap seconds, no quoted mailboxes, no bracketed hosts.
 */
import { parsePattern, type Pattern } from './pattern.ts';

const LONG = String.raw`(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])`;
const SHORT = String.raw`(?:0[469]|11)-(?:0[1-9]|[12]\d|30)`;
const LEAP_YEAR = String.raw`(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)`;
const DATE = String.raw`(?:\d{4}-(?:${LONG}|${SHORT}|02-(?:0[1-9]|1\d|2[0-8]))|${LEAP_YEAR}-02-29)`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
const CLOCK = String.raw`(?:\d{1,9}H(?:\d{1,9}M(?:\d{1,9}S)?)?|\d{1,9}M(?:\d{1,9}S)?|\d{1,9}S)`;
const DAYS = String.raw`(?:\d{1,9}Y(?:\d{1,9}M(?:\d{1,9}D)?)?|\d{1,9}M(?:\d{1,9}D)?|\d{1,9}D)`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const MAILBOX = '[A-Za-z0-9_%+-]+';
const URI_PART = "[A-Za-z0-9._~!$&'()*+,;=:@/?%-]";

const SOURCES = {
  date: DATE,
  time: TIME,
  'date-time': `${DATE}T${TIME}`,
  duration: `P(?:\\d{1,9}W|${DAYS}(?:T${CLOCK})?|T${CLOCK})`,
  email: String.raw`${MAILBOX}(?:\.${MAILBOX})*@(?:${LABEL}\.)+[A-Za-z]{2,24}`,
  hostname: String.raw`${LABEL}(?:\.${LABEL})*`,
  ipv4: String.raw`${OCTET}(?:\.${OCTET}){3}`,
  uri: `[A-Za-z][A-Za-z0-9+.-]*:${URI_PART}+(?:#${URI_PART}*)?`,
  uuid: '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}',
} as const;

export type TextFormat = keyof typeof SOURCES;
export const TEXT_FORMATS = Object.keys(SOURCES) as TextFormat[];

const parsed = new Map<TextFormat, Pattern>();

/** As a regular expression that whole texts match. */
export const formatSource = (format: TextFormat): string => `^(?:${SOURCES[format]})$`;

export function formatPattern(format: TextFormat): Pattern {
  let pattern = parsed.get(format);
  if (!pattern) {
    const result = parsePattern(formatSource(format));
    if (!result.ok) throw new Error(`the format ${format} is no pattern: ${result.error.message}`);
    parsed.set(format, (pattern = result.value));
  }
  return pattern;
}
