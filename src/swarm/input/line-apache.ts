/** Access logs of Apache and nginx, common and combined, with or without a virtual host in front, and the error logs of both. */
import { timeIn } from '../times.ts';
import { digits, type LineFormat, named, type ReadLine, withRest } from './line-format.ts';

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const STAMP = String.raw`\[(\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?)\]`;
const ACCESS = new RegExp(
  String.raw`^(?:(\S+:\d+) )?(\S+) (\S+) ([^[\]]+) ${STAMP} ${QUOTED} (\d{3}|-) (\d+|-)(?: ${QUOTED} ${QUOTED})?`,
  'u',
);
const REQUEST = /^([A-Z]+) (\S+)(?: (HTTP\/[\d.]+))?$/u;
const ERROR =
  /^\[(?:[A-Za-z]{3} )?([A-Za-z]{3} +\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d+)? \d{4})\] \[(?:([\w-]*):)?(\w+)\](?: \[pid (\d+)(?::tid (\d+))?\])?(?: \[client ([^\]]+)\])? ?(.*)$/u;
const NGINX_ERROR = /^(\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2}) \[(\w+)\] (\d+)#(\d+): (.*)$/u;

export const APACHE: LineFormat = {
  read: (line, rest) => readAccess(line) ?? readError(line, rest) ?? readNginxError(line, rest),
};

function readAccess(line: string): ReadLine | null {
  const [whole, host, client, , user, time = '', request = '', status, bytes, referer, agent] = ACCESS.exec(line) ?? [];
  if (whole === undefined) return null;
  const [, method, path, protocol] = REQUEST.exec(request) ?? [];
  return named(() => timeIn(time), {
    ...{ host, client, user, method, path, protocol, referer, agent },
    ...{ status: digits(status), bytes: digits(bytes), message: request },
  });
}

function readError(line: string, rest: string): ReadLine | null {
  const [whole, time = '', module, level, pid, tid, client, message = ''] = ERROR.exec(line) ?? [];
  if (whole === undefined) return null;
  const numbers = { pid: digits(pid), tid: digits(tid) };
  // With the port, where it has one.
  const address = client?.replace(/(?<=^[\d.]+|^\[.*\]):\d+$/u, '');
  return named(() => timeIn(time), { module, level, ...numbers, client: address, message: withRest(message, rest) });
}

function readNginxError(line: string, rest: string): ReadLine | null {
  const [whole, time = '', level, pid, tid, message = ''] = NGINX_ERROR.exec(line) ?? [];
  if (whole === undefined) return null;
  const [, client] = /, client: ([^,\s]+)/u.exec(message) ?? [];
  const [, host] = /, server: ([^,\s]+)/u.exec(message) ?? [];
  const numbers = { pid: digits(pid), tid: digits(tid) };
  return named(() => timeIn(time), { level, ...numbers, client, host, message: withRest(message, rest) });
}
