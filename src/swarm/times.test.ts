import { describe, expect, test } from 'vitest';
import { firstYearless, inOrder, timeIn } from './times.ts';

const at = (text: string): string | null => {
  const time = timeIn(text);
  return time && new Date(time.ms).toISOString();
};

describe('a time is found in', () => {
  test.each([
    ['syslog', 'Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure', '2000-06-14T15:16:01.000Z'],
    ['syslog with one digit', '<34>Mar  9 04:10:18 wren kernel: CPU2', '2000-03-09T04:10:18.000Z'],
    ['ISO 8601', '2026-03-09T04:10:16.274Z info', '2026-03-09T04:10:16.274Z'],
    ['ISO 8601 with an offset', 'time="2026-03-09T04:10:16+02:00" x', '2026-03-09T02:10:16.000Z'],
    ['a space and a comma', '2026-03-09 04:10:13,061 ERROR [http]', '2026-03-09T04:10:13.061Z'],
    ['slashes', '2026/03/09 04:10:11 [error] 2949#0', '2026-03-09T04:10:11.000Z'],
    ['Apache, access', '203.0.113.121 - kwon [09/Mar/2026:04:10:08 +0000] "POST"', '2026-03-09T04:10:08.000Z'],
    ['Apache, error', '[Sun Dec 04 04:47:44 2005] [notice] workerEnv', '2005-12-04T04:47:44.000Z'],
    ['epoch, seconds', '1700000000 up', '2023-11-14T22:13:20.000Z'],
    ['epoch, ms, in JSON', '{"ts": 1700000000123, "m": 1}', '2023-11-14T22:13:20.123Z'],
  ])('%s', (_what, text, expected) => {
    expect(at(text)).toBe(expected);
  });

  test.each([
    ['nothing', ''],
    ['a day that no calendar has', '2026-02-31T04:10:16Z x'],
    ['an hour that no clock has', 'Jun 14 25:16:01 combo x'],
    ['a number that is none', 'order 1700000000 shipped'],
    ['a version', 'v2.10.2026 started'],
  ])('not in %s', (_what, text) => {
    expect(at(text)).toBeNull();
  });

  test('as it stands there', () => {
    expect(timeIn('Jun 14 15:16:01 combo')?.text).toBe('Jun 14 15:16:01');
  });
});

test('times without a year go on behind the end of December, and little disorder is none', () => {
  const lines = ['Dec 30 10:00:00 a', 'Dec 30 09:59:59 b', 'Jan  2 01:00:00 c'];
  const first = firstYearless(lines);
  const order = lines.map((line) => inOrder(timeIn(line)!, first));
  expect(order[1]).toBeLessThan(order[0]!);
  expect(order[2]).toBeGreaterThan(order[0]!);
  expect(firstYearless(['x', '2026-03-09T04:10:16Z'])).toBeNull();
});
