/** Syslog: RFC 3164 as daemons write it into files, with or without `<PRI>`, RFC 5424, and the first with times of RFC 3339. */
import { MONTHS, timeIn, type TimeInText, timeOf } from '../times.ts';
import { digits, LEVEL, type LineFormat, named, type ReadLine, withRest } from './line-format.ts';

const PRI = String.raw`(?:<(\d{1,3})>)?`;
const RFC_3339 = String.raw`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?`;
/** Without flags, and with the parts of its time: it is tried on every line of a log. */
const OLD =
  /^(?:<(\d{1,3})>)?\*?([A-Za-z]{3}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: (\d{4})(?= ))?:? +(\S+)(?: +(.*))?$/;
const ISO = new RegExp(String.raw`^${PRI}(${RFC_3339}) +(?!\[?${LEVEL}\b)([\w.-]+) +(\S.*)$`, 'iu');
/** Version, time, host, program, process, id, data, message. */
const NEW = new RegExp(
  String.raw`^<(\d{1,3})>\d{1,2} (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)(?: (.*))?$`,
  'u',
);
/** `sshd[24200]:`, `kernel:`, `syslogd 1.4.1:`. */
const TAG = /^([^\s:[\]]+)(?:\[([^\]]*)\])?(?: v?\d[\d.]*)?:(?: +|$)(.*)$/u;

const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;
const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'audit', 'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
] as const;

export const SYSLOG: LineFormat = {
  read: (line, rest) => readNew(line, rest) ?? readOld(line, rest) ?? readIso(line, rest),
};

function readOld(line: string, rest: string): ReadLine | null {
  const found = OLD.exec(line);
  if (!found) return null;
  const [, pri, month = '', day, yearBefore, hour, minute, second, part, yearBehind, host = '', behind = ''] = found;
  const at = MONTHS.indexOf(month.toLowerCase());
  if (at < 0) return null;
  // Some leave the host out.
  const isTag = host.endsWith(':') || host.endsWith(']');
  const tag = tagOf(isTag ? `${host} ${behind}` : behind, rest);
  const time = (): TimeInText | null => timeOf([yearBefore ?? yearBehind, at, day, hour, minute, second, part]);
  return named(time, { ...tag, ...priority(pri), host: isTag ? undefined : host });
}

function readIso(line: string, rest: string): ReadLine | null {
  const [whole, pri, time = '', host, behind = ''] = ISO.exec(line) ?? [];
  if (whole === undefined) return null;
  const tag = tagOf(behind, rest);
  return tag.program === undefined ? null : named(() => timeIn(time), { ...tag, ...priority(pri), host });
}

function readNew(line: string, rest: string): ReadLine | null {
  if (!line.startsWith('<')) return null;
  const [whole, pri, time = '', host, program, pid, id, , message = ''] = NEW.exec(line) ?? [];
  if (whole === undefined) return null;
  const text = withRest(message.replace(/^\uFEFF/, ''), rest);
  return named(() => timeIn(time), { host, program, pid: digits(pid), id, message: text, ...priority(pri) });
}

function tagOf(text: string, rest: string) {
  const [whole, program, pid, message = ''] = TAG.exec(text) ?? [];
  if (whole === undefined) return { message: withRest(text, rest) };
  return { program, pid: digits(pid), message: withRest(message, rest) };
}

function priority(pri: string | undefined) {
  if (pri === undefined || Number(pri) > 191) return {};
  return { severity: SEVERITIES[Number(pri) % 8], facility: FACILITIES[Math.floor(Number(pri) / 8)] };
}
