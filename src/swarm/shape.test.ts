/** Shapes of texts: what is left out of them, and what never is. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readShape } from './shape.ts';

const shape = (text: string): string => readShape(text).shape;

const SAME: readonly (readonly [what: string, ...texts: string[]])[] = [
  ['numbers', 'took 5 ms', 'took 1234 ms', 'took 0.25 ms'],
  ['numbers with a unit', 'took 5ms', 'took 12.5ms'],
  ['numbers in words', 'disk sda1 is full', 'disk sda12 is full'],
  ['hexadecimal', 'fault at 0x7fff12', 'fault at 0xdead'],
  ['long hexadecimal words', 'block 1a2b3c4d5e freed', 'block 99f0e1d2c3b4a596 freed'],
  ['random ids', 'request X7fK9q2Lp done', 'request a1b2c3 done'],
  ['UUIDs', 'job 550e8400-e29b-41d4-a716-446655440000 ran', 'job ffffffff-ffff-ffff-ffff-ffffffffffff ran'],
  ['IPv4, IPv6 and hosts', 'from 10.0.0.1 port 22', 'from fe80::1 port 2222', 'from db-3.eu.example.com port 1'],
  ['MAC addresses', 'lease 00:1a:2b:3c:4d:5e', 'lease ff:ff:ff:00:11:22'],
  ['mail', 'sent to a.b+c@example.com', 'sent to root@mail.example.org'],
  ['hosts of countries', 'rhost=a.hinet.net x', 'rhost=biblioteka.wsi.edu.pl x', 'rhost=c9063558.virtua.com.br x'],
  ['times', 'Jun 14 15:16:01 start', 'Jul  1 05:06:07 start'],
  ['dates', '10/Oct/2000:13:55:36 x', '11/Nov/2024:01:00:00 x'],
  ['days', 'at Sun Jul 10 03:55:15 2005', 'at Mon Aug  1 03:55:15 2005'],
  ['halves of the day', 'at 10:01 AM', 'at 03:15 PM'],
  ['ISO times', '2024-01-02T03:04:05Z x', '1999-12-31T23:59:59Z x'],
  ['hosts of syslog', 'Jun 14 15:16:01 combo sshd[1]: x', 'Jun 14 15:16:01 web-12 sshd[22]: x'],
  ['user=', 'login user=root ok', 'login user=alice.b ok'],
  ['user= in quotes', 'login user="root" ok', 'login user="carl" ok'],
  ['names in JSON', '{"user":"alice","ms":5}', '{"user":"John Smith","ms":77}'],
  [
    'user names of sshd',
    'Failed password for root from 10.0.0.1 port 1 ssh2',
    'Failed password for al from 10.0.0.2 port 9 ssh2',
  ],
  ['invalid users', 'Invalid user admin from 10.0.0.1', 'Invalid user test9 from 10.9.9.9'],
  ['sessions', 'session opened for user news by (uid=0)', 'session opened for user cyrus by (uid=7)'],
  ['quoted users', "Access denied for user 'root'@'localhost'", "Access denied for user 'shop'@'localhost'"],
  ['homes', 'cannot open /home/alice/x.txt', 'cannot open /home/bob/x.txt'],
  ['ids in paths', 'GET /users/12/orders', 'GET /users/7/orders'],
  ['white space', 'a  b', 'a b', 'a\tb'],
  ['amounts that were returned', 'read returned 4096 bytes', 'read returned 17 bytes'],
  ['how long it took to end', 'job finished with 12 rows', 'job finished with 90 rows'],
  ['other keys', 'src=80 t=1', 'src=443 t=1'],
];

test.each(SAME)('%s: the same', (_, first, ...others) => {
  for (const other of others) expect(shape(other)).toBe(shape(first ?? ''));
});

const OTHER: readonly (readonly [what: string, a: string, b: string])[] = [
  ['a word', 'disk is full', 'disk is fine'],
  ['a level', 'level=error user=root', 'level=info user=root'],
  ['what happened to the user', 'user=unknown', 'user=root'],
  ['user unknown', 'check pass; user unknown', 'check pass; user known'],
  ['no name after user', 'Waiting for user input', 'Waiting for user approval'],
  ['sentences about users', 'Closed due to user request.', 'Closed due to user error.'],
  ['exceptions', 'java.io.IOException: x', 'java.lang.OutOfMemoryError: x'],
  ['packages', 'com.example.net: x', 'com.example.org: x'],
  ['fields', 'request.user.id is 1', 'request.team.id is 1'],
  ['files', 'open config.js', 'open index.js'],
  ['status of a request', '"GET / HTTP/1.1" 200 5', '"GET / HTTP/1.1" 500 5'],
  ['exit codes', 'exit code 0', 'exit code 1'],
  ['exit codes behind a colon', 'exited with exit code: 0', 'exited with exit code: 137'],
  ['exit codes below zero', 'exit code -1', 'exit code -11'],
  ['exit codes below zero behind a sign', 'ended rc=-1', 'ended rc=-11'],
  ['status with space around its sign', 'status = 200', 'status = 503'],
  ['status behind a colon', 'request done, status: 200', 'request done, status: 503'],
  ['status in quotes of another kind', "{'status': 200, 'ms': 5}", "{'status': 503, 'ms': 5}"],
  ['status of HTTP without quotes', 'upstream sent HTTP/1.1 200 in 5 ms', 'upstream sent HTTP/1.1 502 in 5 ms'],
  ['status of HTTP without a version', 'upstream: HTTP 200', 'upstream: HTTP 502'],
  ['status in JSON', '{"status":200}', '{"status":503}'],
  ['levels as numbers', '{"level":30,"msg":"x"}', '{"level":50,"msg":"x"}'],
  ['levels after a time', 'Jun 14 15:16:01 ERROR app[1]: x', 'Jun 14 15:16:01 INFO app[1]: x'],
  ['words after a time', 'Jun 14 15:16:01 disk full', 'Jun 14 15:16:01 disk fine'],
  ['minus', 'returned -1', 'returned 1'],
  ['what a call returned', 'the server returned 200 in 5 ms', 'the server returned 500 in 5 ms'],
  ['how a program ended', 'worker exited with 0', 'worker exited with 137'],
  ['how a call was answered', 'upstream responded with 200', 'upstream responded with 503'],
  ['keys that end in status', 'upstream_status=200 t=1', 'upstream_status=502 t=1'],
  ['keys that end in a code', 'proc.exit_code=0', 'proc.exit_code=1'],
  ['keys of JSON that end in a code', '{"http.response.status_code":200}', '{"http.response.status_code":500}'],
  ['marks', 'a, b', 'a; b'],
  ['a name or none', 'rhost= user=root', 'rhost= '],
  ['capitals', 'ERROR x', 'error x'],
  ['words of other scripts', '디스크 가득 참', '디스크 정상'],
  ['months that are words', 'may fail', 'jun fail'],
  ['lines', 'a\nb', 'a b'],
  ['what stands for a number', 'x \u0001', 'x 1'],
];

test.each(OTHER)('%s: another', (_, a, b) => {
  expect(shape(a)).not.toBe(shape(b));
});

const word = fc
  .stringMatching(/^[a-z]{2,9}$/)
  .filter(
    (each) =>
      !/^(status|code|errno|signal|user|for|by|got|with|exit|exits|exited|fails|failed|died|ended|return(s|ed))$/.test(
        each,
      ),
  );
const piece = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.nat().map(String),
  fc.ipV4(),
  fc.ipV6(),
  fc.uuid(),
  fc.domain(),
  fc.tuple(word, fc.nat(99)).map(([a, n]) => `${a}${String(n)}`),
  fc.tuple(word, fc.nat(99)).map(([a, n]) => `${a}=${String(n)}`),
  fc.constantFrom('user=root', 'Jun 14 15:16:01', '[12]:', '->', '{"host":"a"}', '0x1f', '3.5ms', 'sshd[9]:'),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' '));

test('other digits give the same shape', () => {
  fc.assert(
    fc.property(text, fc.infiniteStream(fc.nat(9)), (given, digits) => {
      // Where a name or an id begins is seen by digits that stay digits; a version may say which digit it is.
      const other = given.replaceAll(/\d/g, () => String(digits.next().value));
      expect(shape(other)).toBe(shape(given));
    }),
  );
});

test('another word gives another shape', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), word, word, fc.array(piece, { maxLength: 5 }), (a, one, two, b) => {
      fc.pre(one !== two && !/^(user|from|invalid|host)/.test(b[0] ?? ''));
      const with_ = (middle: string): string => [...a, 'the', middle, 'is', ...b].join(' ');
      expect(shape(with_(one))).not.toBe(shape(with_(two)));
    }),
  );
});

test('tokens cover any text, in order, and their shape tells what of them stays', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string(), fc.string({ unit: 'binary' })), (given) => {
      const { starts, shape: all } = readShape(given);
      expect(starts.at(-1)).toBe(given.length);
      for (let k = 1; k < starts.length; k++) expect(starts[k]).toBeGreaterThan(starts[k - 1] as number);
      if (given.length > 0) expect(starts[0]).toBe(0);
      expect(readShape(given).shape).toBe(all);
    }),
  );
});

test('texts of one shape have as many tokens, and what does not vary is the same', () => {
  fc.assert(
    fc.property(text, fc.infiniteStream(fc.nat(9)), (given, digits) => {
      const [a, b] = [readShape(given), readShape(given.replaceAll(/\d/g, () => String(digits.next().value)))];
      expect(b.starts.length).toBe(a.starts.length);
      const at = (of: typeof a, k: number): string => of.text.slice(of.starts[k], of.starts[k + 1]);
      for (let k = 0; k + 1 < a.starts.length; k++) if (!a.varies(k)) expect(at(b, k)).toBe(at(a, k));
    }),
  );
});

test('time is linear in the text, whatever it is made of', () => {
  for (const unit of ['a.', 'a@', '1:', 'a:b:', 'user=', '"user":"', 'for user ', '::1', '1.1.1.', 'é', '-'] as const) {
    const looked = (times: number): number => {
      let reads = 0;
      const given = unit.repeat(times);
      // Characters are looked at through the text alone.
      const counted = new Proxy(Object(given) as object, {
        get: (target, key) => {
          const value = Reflect.get(target, key) as unknown;
          if (key === 'charCodeAt') reads++;
          return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(given) : value;
        },
      });
      readShape(counted as unknown as string);
      return reads;
    };
    expect(looked(4000), unit).toBeLessThan(2.5 * looked(2000));
  }
});

test('the logs that it was made for', () => {
  const kinds = (file: string): number => {
    const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    return new Set(lines.map(shape)).size / lines.length;
  };
  expect(kinds('../../public/swarms/inputs/mixed.log')).toBeLessThan(0.9);
});
