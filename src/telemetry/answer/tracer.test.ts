/** What a model wrote is told only where lines hold it up: a made-up quote, number, line or name never is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tracer } from './tracer.ts';

const LINES: readonly (readonly [number, string])[] = [
  [898, 'Jul  2 03:14:07 cedar kernel: Out of Memory: Killed process 4471 (httpd).'],
  [902, 'Jul  2 03:41:52 cedar kernel: Out of Memory: Killed process 4903 (httpd).'],
  [1199, 'Jul  9 22:08:31 cedar kernel: Out of Memory: Killed process 11870 (httpd) by 198.51.100.4'],
];

function traced(text: string, counts: readonly number[] = [3]) {
  const tracer = new Tracer();
  tracer.add('', text);
  tracer.count(...counts);
  for (const [line, input] of LINES) tracer.see(line, input);
  return tracer.end();
}
const told = (text: string, counts?: readonly number[]): string[] =>
  traced(text, counts).claims.map(({ sentence }) => sentence);

describe('told', () => {
  test.each([
    'The kernel ran out of memory and killed httpd.',
    'It said "Killed process 4471 (httpd)" first.',
    "The log has 'Out of Memory' in it.",
    '“Out of Memory” stands in lines 898, 902 and 1,199.',
    'The kernel killed it 3 times.',
    'The kernel killed it three times.',
    'Process 11870 was killed at 22:08:31.',
    'The kernel names 198.51.100.4 once the count is read.'.replace(' once the count is read', ''),
    'line 902 is the second kill',
    '메모리가 부족해 httpd 가 세 번 종료되었습니다.',
    '902행에 "Out of Memory" 가 있습니다.',
  ])('%s', (text) => {
    expect(told(text)).toEqual([text]);
  });

  test('beside the lines that have what it says, marked', () => {
    const { claims } = traced('The kernel wrote "Killed process 4903 (httpd)".');
    const [, text] = LINES[1]!;
    expect(claims[0]?.evidence.map(({ line }) => line)).toEqual([902]);
    const { text: shown, marks } = claims[0]!.evidence[0]!;
    expect(shown).toBe(text);
    expect(marks.map(([from, to]) => shown.slice(from, to))).toEqual(['Killed process 4903 (httpd)']);
  });

  test('one by one: list items, lines and sentences; what is cut off within a quote stays whole', () => {
    expect(told('- The kernel killed httpd.\n2. It said "Memory: Killed process 4471".')).toEqual([
      'The kernel killed httpd.',
      'It said "Memory: Killed process 4471".',
    ]);
    const tracer = new Tracer();
    tracer.add('what', 'It said "Wait! Stop now" twice over.');
    tracer.count(2);
    tracer.see(4, 'x: Wait! Stop now');
    expect(tracer.end().claims).toHaveLength(1);
  });

  test('a number that was counted, with no line of its own', () => {
    const { claims } = traced('Happened 3 times.');
    expect(claims).toEqual([{ heading: '', sentence: 'Happened 3 times.', evidence: [], more: 0 }]);
  });
});

test.each([
  ['zero', 'There were 0 failures.', [50, 0]],
  ['zero in words', 'The kernel had zero failures.', [50, 0]],
  ['a number of two words', 'The kernel had fifty-five failures.', [50, 5]],
  ['a number of two words beside one another', 'The kernel killed it ten thousand times.', [10, 1000]],
  ['a number of three words', 'The kernel killed it two hundred five times.', [2, 100, 5, 200]],
  ['a number below zero', 'The kernel fell to -3 today.', [3]],
  ['a number that turns into letters', 'The kernel killed it ⅷ times.', [3]],
  ['what nobody sees within a number', 'The kernel had 3\u200B0 failures.', [3, 0]],
  ['what turns a number round', 'The kernel had \u202E03\u202C failures.', [3]],
  ['what nobody sees within a name', 'The kernel met evil\u200B.com today.', [3]],
] as const)('%s of counts that are another is left out', (_, text, counts) => {
  expect(traced(text, counts)).toEqual({ claims: [], leftOut: 1 });
});

test.each(['the sensor is at -5 now', 'load=-5', 'code (-5)', 'at \u22125 degrees'])(
  'a number below zero is no other: %s',
  (line) => {
    const of = (text: string): readonly unknown[] => {
      const tracer = new Tracer();
      tracer.add('', text);
      tracer.see(1, line);
      return tracer.end().claims;
    };
    expect(of('It was 5 then.')).toEqual([]);
  },
);

test('a number behind a hyphen of a name is that number', () => {
  const tracer = new Tracer();
  tracer.add('', 'Disk 5 is gone.');
  tracer.see(1, 'lost disk-5 of pool a');
  expect(tracer.end().claims).toHaveLength(1);
});

test('numbers of several words are found as one', () => {
  expect(told('The kernel killed it fifty-five times.', [55])).toHaveLength(1);
  expect(told('The kernel killed it two hundred times.', [200])).toHaveLength(1);
});

test('what is beyond the bounds of a text is counted as left out, and no sentence told that was cut', () => {
  const long = `The kernel ran out of memory and killed httpd${' ,'.repeat(8200)} and never again.`;
  expect(traced(long)).toEqual({ claims: [], leftOut: 1 });
  const { claims, leftOut } = traced('The kernel ran.\n'.repeat(250));
  expect([claims.length, leftOut]).toEqual([200, 50]);
});

describe('left out', () => {
  test.each([
    ['a quote that no line has', 'The kernel said "Killed process 4472 (httpd)".'],
    ['a quote in other letters', 'The kernel said "killed Process 4471".'],
    ['a quote over two lines', 'The kernel said "(httpd). Jul".'],
    ['a quote that never closes', 'The kernel said "Killed process.'],
    ['a quote that holds nothing', 'The kernel said "" and killed httpd.'],
    ['a line that is none of them', 'In line 899 the kernel killed httpd.'],
    ['one line of several that is none', 'Lines 898, 902 and 903 have the kernel.'],
    ['a number that is nowhere', 'The kernel killed httpd after 77 of them.'],
    ['a number within a longer one', 'The kernel killed process 447.'],
    ['a part of an address', 'The kernel killed httpd for 100 users.'],
    ['a part of a time', 'The kernel killed httpd 41 of them.'],
    ['a count that is none', 'The kernel killed httpd 4471 times.'],
    ['a number in words', 'The kernel killed httpd five times.'],
    ['a vague number', 'The kernel killed httpd dozens of times.'],
    ['a number in wide digits', 'The kernel killed httpd ７７.'],
    ['a number in digits of Arabic', 'The kernel killed httpd ٧٧.'],
    ['a number behind a mark', 'The kernel killed httpd at -77.'],
    ['a number with a unit', 'The kernel killed httpd after 77ms.'],
    ['an address', 'The kernel killed httpd for 198.51.100.5.'],
    ['a name', 'The kernel killed PostgreSQL.'],
    ['a path', 'The kernel killed /usr/bin/httpd.'],
    ['nothing that lines have', 'Everything went to pieces.'],
    ['a process that is none', 'So it was httpd[4472].'],
    ['a count with nothing that lines have', 'So it was 3, all told.'],
    ['a number in Korean words', '커널이 httpd 를 다섯 번 종료했습니다.'],
  ])('%s', (_what, text) => {
    expect(traced(text)).toEqual({ claims: [], leftOut: 1 });
  });

  test('and no other sentence with it', () => {
    expect(traced('The kernel killed httpd. It did so 77 times. Look at process 4903.')).toMatchObject({
      claims: [{ sentence: 'The kernel killed httpd.' }, { sentence: 'Look at process 4903.' }],
      leftOut: 1,
    });
  });
});

const word = fc.constantFrom('kernel', 'killed', 'httpd', 'memory', 'Jul', 'process');
const digits = fc.integer({ min: 0, max: 99_999 }).map(String);

test('whatever the lines and the sentence: a number that neither lines nor counts have is not told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.oneof(word, digits), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.oneof(word, digits), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(' ', ': ', '-', '/', '=', ' (', ', ', ' #', '.', ' +'),
      fc.nat(9),
      (lines, sentence, mark, count) => {
        const tracer = new Tracer();
        const text = sentence.join(mark);
        tracer.add('', text);
        tracer.count(count);
        for (const [k, line] of lines.entries()) tracer.see(k + 1, line.join(' '));
        const known = new Set([...lines.flat(), String(count)]);
        const made = sentence.some((part) => /^\d+$/.test(part) && !known.has(part));
        const { claims, leftOut } = tracer.end();
        if (made) expect(claims.filter((claim) => claim.sentence === text)).toEqual([]);
        expect(claims.length + leftOut).toBeGreaterThan(0);
      },
    ),
    { numRuns: 2000 },
  );
});

test('whatever the lines and the quote: it is told exactly where a line has it letter by letter', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '.', '7', 'é', '가'), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 6 }), texts, (lines, quoted) => {
      fc.pre(quoted.trim() !== '');
      const tracer = new Tracer();
      tracer.add('', `It says "${quoted}" there`);
      for (const [k, line] of lines.entries()) tracer.see(k + 1, line);
      const { claims } = tracer.end();
      const holding = lines.flatMap((line, k) => (line.includes(quoted) ? [k + 1] : []));
      expect(claims).toHaveLength(holding.length > 0 ? 1 : 0);
      for (const { line, text, marks } of claims.flatMap(({ evidence }) => evidence)) {
        expect(holding).toContain(line);
        expect(lines[line - 1]).toBe(text);
        expect(marks.some(([from, to]) => text.slice(from, to).includes(quoted))).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
