/** What lines say by each format. */
import { describe, expect, test } from 'vitest';
import { readTable } from './read-input.ts';
import { itemFields } from './item-fields.ts';
import { formatDiagnostic } from '../diagnostic.ts';
import type { SwarmInput } from '../model.ts';

type Input = Partial<Pick<SwarmInput, 'fields' | 'join'>> & { readonly year?: number | null };

/** Values of fields of each item; or what is said where the input is refused. */
function read(text: string, fields: readonly string[], { year = null, ...input }: Input = {}) {
  const format = { format: 'lines' as const, ...input };
  const table = readTable('in.log', text, format);
  if (!table.ok) throw new Error('refused');
  const { items } = table.value;
  const named = fields.map((field) => ({ field, by: 'flow[0].where' }));
  const found = itemFields({ file: 'in.log', items, input: format, named, year });
  if (!found.ok) return found.error.map(formatDiagnostic);
  const values = Array.from({ length: items.length }, (_, item) =>
    fields.map((field) => found.value.fields.of(item).valueOf(field)),
  );
  return { values, notes: found.value.notes };
}
const values = (text: string, fields: readonly string[], input: Input = {}): unknown => {
  const found = read(text, fields, input);
  return Array.isArray(found) ? found : found.values;
};

describe('syslog', () => {
  const fields = ['time', 'host', 'program', 'pid', 'message'];
  test.each([
    [
      'Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0',
      ['2000-06-14T15:16:01', 'combo', 'sshd(pam_unix)', 19939, 'authentication failure; logname= uid=0'],
    ],
    ['<34>Oct  1 22:14:15 mymachine su: it failed', ['2000-10-01T22:14:15', 'mymachine', 'su', null, 'it failed']],
    ['JUN 14 15:16:01 combo kernel: up', ['2000-06-14T15:16:01', 'combo', 'kernel', null, 'up']],
    ['jul  3 04:02:01 combo syslogd 1.4.1: restart.', ['2000-07-03T04:02:01', 'combo', 'syslogd', null, 'restart.']],
    [
      'Jun 14 15:16:01 combo last message repeated 2 times',
      ['2000-06-14T15:16:01', 'combo', null, null, 'last message repeated 2 times'],
    ],
    [
      '<165>1 2003-10-11T22:14:15.003Z web1.example.com evntslog 8710 ID47 [ex@1 a="b]\\"c"][x@1] An event',
      ['2003-10-11T22:14:15.003Z', 'web1.example.com', 'evntslog', 8710, 'An event'],
    ],
    ['<34>1 - - - - - - gone', [null, null, null, null, 'gone']],
    [
      '2024-05-01T10:00:00.123456+02:00 web1 nginx[77]: upstream timed out',
      ['2024-05-01T10:00:00.123+02:00', 'web1', 'nginx', 77, 'upstream timed out'],
    ],
    [
      'Jun 14 2024 15:16:01 asa : %ASA-6-302013: Built',
      ['2024-06-14T15:16:01', 'asa', null, null, ': %ASA-6-302013: Built'],
    ],
  ])('%s', (line, expected) => {
    expect(values(`${line}\n`, fields, { fields: 'syslog' })).toEqual(
      expected[0] === null ? ['in.log:1:1: no line has a time, and flow[0].where names "time"'] : [expected],
    );
  });

  test('has a severity and a facility where lines have a priority', () => {
    expect(values('<34>Oct 11 22:14:15 m su: x\n', ['severity', 'facility'])).toEqual([['crit', 'auth']]);
  });
});

describe('lines that begin with a time', () => {
  const fields = ['time', 'level', 'thread', 'logger', 'pid', 'message'];
  test.each([
    [
      '2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.MRAppMaster: Created',
      ['2015-10-18T18:01:47.978', 'INFO', 'main', 'org.apache.hadoop.MRAppMaster', null, 'Created'],
    ],
    [
      '2015-07-29 17:41:44,747 - INFO  [Quorum[myid=1]:Fast@774] - Notification time out: 3200',
      ['2015-07-29T17:41:44.747', 'INFO', 'Quorum[myid=1]:Fast@774', null, null, 'Notification time out: 3200'],
    ],
    [
      '2024-03-05 10:00:00,123 - app.db - ERROR - cannot connect',
      ['2024-03-05T10:00:00.123', 'ERROR', null, 'app.db', null, 'cannot connect'],
    ],
    [
      '[2024-03-05 10:00:00] production.ERROR: boom',
      ['2024-03-05T10:00:00', 'ERROR', null, 'production', null, 'boom'],
    ],
    ['2024-03-05T10:00:00Z warn: low disk', ['2024-03-05T10:00:00Z', 'warn', null, null, null, 'low disk']],
    [
      '2017-05-16 00:00:00.008 25746 INFO nova.wsgi.server [req-1] GET /',
      ['2017-05-16T00:00:00.008', 'INFO', null, 'nova.wsgi.server', 25746, '[req-1] GET /'],
    ],
    ['2024-03-05 10:00:00 started', ['2024-03-05T10:00:00', null, null, null, null, 'started']],
  ])('%s', (line, expected) => {
    expect(values(`${line}\r\n`, fields, { fields: 'iso' })).toEqual([expected]);
  });

  test('an item of several lines is told by the first, and its message goes on', () => {
    const text = '2024-03-05 10:00:00 ERROR a.B: boom\n  at x.y(z)\n2024-03-05 10:00:01 INFO a.B: fine\n';
    expect(values(text, ['level', 'message'], { join: 'traces' })).toEqual([
      ['ERROR', 'boom\n  at x.y(z)'],
      ['INFO', 'fine'],
    ]);
    expect(values(text, ['level', 'message'])).toEqual([
      ['ERROR', 'boom'],
      [null, null],
      ['INFO', 'fine'],
    ]);
  });
});

describe('Apache and nginx', () => {
  const fields = ['time', 'client', 'user', 'method', 'path', 'status', 'bytes', 'agent', 'level', 'message'];
  test.each([
    [
      '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a b HTTP/1.0" 200 2326',
      ['2000-10-10T13:55:36-07:00', '127.0.0.1', 'frank', null, null, 200, 2326, null, null, 'GET /a b HTTP/1.0'],
    ],
    [
      '::1 - - [10/oct/2000:13:55:36 +0000] "POST /x HTTP/1.1" 503 - "-" "curl/8 \\"q\\""',
      ['2000-10-10T13:55:36Z', '::1', null, 'POST', '/x', 503, null, 'curl/8 \\"q\\"', null, 'POST /x HTTP/1.1'],
    ],
    [
      '[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 43] [client 72.15.99.187:80] File does not exist',
      ['2011-09-09T10:42:29.902', '72.15.99.187', null, null, null, null, null, null, 'error', 'File does not exist'],
    ],
    [
      '2009/01/01 19:45:44 [error] 29874#0: *98 open() failed, client: 1.2.3.4, server: x',
      [
        ...['2009-01-01T19:45:44', '1.2.3.4', null, null, null, null, null, null, 'error'],
        '*98 open() failed, client: 1.2.3.4, server: x',
      ],
    ],
  ])('%s', (line, expected) => {
    expect(values(`${line}\n`, fields, { fields: 'apache' })).toEqual([expected]);
  });
});

describe('lines that name their fields', () => {
  test('JSON: paths, keys with dots, usual names, numbers that no double holds', () => {
    const text = [
      '{"ts":1700000000,"lvl":"warn","log":{"name":"a"},"k8s.pod":"p","n":12345678901234567890,"text":"own"}',
      '{"timestamp":"2023-11-14T22:13:21Z","level":"info","msg":"m","list":[1,2]}',
    ].join('\n');
    const fields = ['time', 'level', 'log.name', 'k8s.pod', 'n', 'message', 'list', 'text'];
    expect(values(text, fields)).toEqual([
      ['2023-11-14T22:13:20Z', 'warn', 'a', 'p', '12345678901234567890', { name: 'a' }, null, 'own'],
      [
        ...['2023-11-14T22:13:21Z', 'info', null, null, null, 'm', [1, 2]],
        '{"timestamp":"2023-11-14T22:13:21Z","level":"info","msg":"m","list":[1,2]}',
      ],
    ]);
  });

  test('logfmt', () => {
    const text = 'time=2024-05-01T10:00:00Z level=error msg="a \\"b\\" c" code=7 empty=\nlevel=info msg=x code=8\n';
    expect(values(text, ['time', 'level', 'message', 'code', 'hour'])).toEqual([
      ['2024-05-01T10:00:00Z', 'error', 'a "b" c', '7', '2024-05-01T10'],
      [null, 'info', 'x', '8', null],
    ]);
  });
});

describe('recognised', () => {
  const SYSLOG = 'Nov 30 23:59:59 a kernel: x\nDec 31 23:59:59 a kernel: y\nJan  1 00:00:01 b sshd[1]: z\n';

  test('over the file, and told', () => {
    const found = read(`${SYSLOG}strange\n`, ['host', 'program']);
    expect(found).toMatchObject({
      values: [
        ['a', 'kernel'],
        ['a', 'kernel'],
        ['b', 'sshd'],
        [null, null],
      ],
      notes: [
        {
          ...{ code: 'fields', format: 'syslog', by: 'guess', items: 3, of: 4 },
          fields: ['time', 'host', 'program', 'pid', 'message'],
        },
      ],
    });
  });

  test('a new year comes behind the old one', () => {
    expect(values(SYSLOG, ['day'], { year: 2005 })).toEqual([['2005-11-30'], ['2005-12-31'], ['2006-01-01']]);
    expect(read(SYSLOG, ['minute'])).toMatchObject({ notes: [{ year: null }] });
    expect(values(SYSLOG, ['minute'])).toEqual([['2000-11-30T23:59'], ['2000-12-31T23:59'], ['2001-01-01T00:00']]);
  });

  test('that is so for days behind a 29th of February as well', () => {
    const text = 'Apr  1 00:00:00 a b: x\nMar 10 00:00:00 a b: y\nFeb 29 00:00:00 a b: y\n';
    expect(values(text, ['day'], { year: 2023 })).toEqual([['2023-04-01'], ['2024-03-10'], ['2024-02-29']]);
  });

  test('times of one zone are told as they stand, those of several in UTC', () => {
    const one = '2024-05-01T10:00:00+02:00 INFO a\n2024-05-01T11:00:00+02:00 INFO b\n';
    expect(values(one, ['hour'])).toEqual([['2024-05-01T10'], ['2024-05-01T11']]);
    expect(read(`${one}2024-05-01T11:00:00Z INFO c\n`, ['time'])).toMatchObject({
      values: [['2024-05-01T08:00:00Z'], ['2024-05-01T09:00:00Z'], ['2024-05-01T11:00:00Z']],
      notes: [{ utc: true }],
    });
  });

  test('line and text are there in any file', () => {
    expect(values('a\n\nb\n', ['line', 'text'])).toEqual([
      [1, 'a'],
      [3, 'b'],
    ]);
  });

  test.each([
    [
      'nothing that is known',
      'a\nb\n',
      {},
      'in.log:1:1: lines are in no format that is known, and flow[0].where names the field "hots"; expected lines of syslog, iso, apache, json or logfmt',
    ],
    [
      'a field that the format found does not have',
      SYSLOG,
      {},
      'in.log:1:1: lines are read as syslog, which has no field "hots", and flow[0].where names it; expected one of time, host, program, pid, message, severity, facility, id, day, hour, minute, line, text; did you mean host?',
    ],
    [
      'a field that no JSON line has',
      '{"a":1}\n{"b":2}\n',
      {},
      'in.log:1:1: no line has a field "hots", which flow[0].where names; expected a field that lines of json have; if they are in another format, name it: fields under input',
    ],
    [
      'lines of another format than was named',
      SYSLOG,
      { fields: 'apache' as const },
      'in.log:1:1: no line is in the format apache, which input.fields names; expected lines of apache; 100 % of lines are syslog',
    ],
  ])('not: %s', (_, text, input, message) => {
    expect(values(text, ['hots'], input)).toEqual([message]);
  });
});
