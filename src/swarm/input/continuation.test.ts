import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noteOf, rangesOf, readWhole, textsOf } from './testing/read.ts';

const lines = { format: 'lines', join: 'traces' } as const;

describe('m: lines that belong to the line before', () => {
  test.each<[string, string[], string[]]>([
    [
      'Java below a line of the log',
      [
        '2024-03-12 10:00:00,123 ERROR [main] c.e.Foo - request failed',
        'java.lang.IllegalStateException: no pool',
        '\tat com.example.Foo.bar(Foo.java:12)',
        '\tat com.example.Foo$Inner.<init>(Foo.java:7)',
        'Caused by: java.io.IOException: disk full',
        '\tat com.example.Disk.write(Disk.java:3)',
        '\t... 12 more',
        '2024-03-12 10:00:01,000 INFO [main] c.e.Foo - next',
      ],
      ['1-7', '8'],
    ],
    [
      'Java without indentation',
      [
        'ERROR boom',
        'com.example.FooException: x',
        'at com.example.Foo.bar(Foo.java:12)',
        'Caused by: java.io.IOException',
        '... 3 more',
        'INFO ok',
      ],
      ['1-5', '6'],
    ],
    [
      'Java uncaught, with suppressed ones',
      [
        'Exception in thread "main" java.lang.RuntimeException: a',
        '    at Main.main(Main.java:3)',
        '    Suppressed: java.lang.Exception: b',
        '        at Main.close(Main.java:9)',
        'Caused by: java.lang.Exception: c',
        '    ... 1 more',
        'bye',
      ],
      ['1-6', '7'],
    ],
    [
      'Python below a logged error, with a chain',
      [
        'ERROR:root:failed',
        'Traceback (most recent call last):',
        '  File "a.py", line 1, in <module>',
        '    int("x")',
        "ValueError: invalid literal for int() with base 10: 'x'",
        '',
        'During handling of the above exception, another exception occurred:',
        '',
        'Traceback (most recent call last):',
        '  File "a.py", line 3, in <module>',
        '    raise KeyError("k")',
        "KeyError: 'k'",
        'INFO:root:next',
      ],
      ['1-12', '13'],
    ],
    [
      'Python uncaught, between lines that have nothing to do with it',
      [
        '2024-03-12 10:00:00 INFO listening',
        'Traceback (most recent call last):',
        '  File "a.py", line 1, in <module>',
        'requests.exceptions.Timeout',
        '2024-03-12 10:00:05 INFO restarted',
        'processing 7',
        'Traceback (most recent call last):',
        '  File "b.py", line 1, in <module>',
        'KeyboardInterrupt',
      ],
      ['1', '2-4', '5', '6', '7-9'],
    ],
    [
      'a panic of Go',
      [
        '2024/03/12 10:00:00 starting',
        'panic: runtime error: invalid memory address or nil pointer dereference',
        '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]',
        '',
        'goroutine 1 [running]:',
        'main.(*Server).handle(0xc0000a0000, {0x1, 0x2})',
        '\t/app/main.go:12 +0x1d',
        'main.main()',
        '\t/app/main.go:5 +0x20',
        'created by main.start in goroutine 7',
        '\t/app/main.go:3 +0x11',
        'exit status 2',
        '2024/03/12 10:00:01 starting',
      ],
      ['1', '2-12', '13'],
    ],
    [
      'a panic that a server of Go logs',
      [
        '2024/03/12 10:00:00 http: panic serving 127.0.0.1:5: boom',
        'goroutine 7 [running]:',
        'net/http.(*conn).serve.func1()',
        '\t/go/server.go:1',
        'ok',
      ],
      ['1-4', '5'],
    ],
    [
      'two panics',
      [
        'panic: a',
        '',
        'goroutine 1 [running]:',
        'main.main()',
        '\t/a.go:1',
        'exit status 2',
        'panic: b',
        '',
        'goroutine 1 [running]:',
        'main.main()',
        '\t/a.go:1',
      ],
      ['1-6', '7-11'],
    ],
    [
      'Node, uncaught',
      [
        '/app/x.js:10',
        '    throw new TypeError("a");',
        '    ^',
        '',
        'TypeError: a',
        '    at main (/app/x.js:10:9)',
        '',
        'Node.js v20.1.0',
        'done',
      ],
      ['1-8', '9'],
    ],
    [
      'Node, with fields of the error',
      ['Error: ENOENT: no such file', '    at open (node:fs:1:2) {', "  code: 'ENOENT'", '}', 'listening'],
      ['1-4', '5'],
    ],
    [
      '.NET',
      [
        'Unhandled exception. System.InvalidOperationException: a',
        ' ---> System.Exception: b',
        '   at A.B() in /a.cs:line 3',
        '   --- End of inner exception stack trace ---',
        '   at A.Main()',
        'next',
      ],
      ['1-5', '6'],
    ],
    [
      'PHP',
      [
        'PHP Fatal error:  Uncaught Exception: x in /a.php:3',
        'Stack trace:',
        '#0 /a.php(7): foo()',
        '#1 {main}',
        '  thrown in /a.php on line 3',
        'next',
      ],
      ['1-5', '6'],
    ],
    [
      'Ruby',
      [
        "a.rb:3:in 'foo': x (RuntimeError)",
        "\tfrom a.rb:7:in '<main>'",
        'NoMethodError (undefined method):',
        "app/m.rb:3:in 'x'",
        "app/m.rb:4:in 'y'",
        'Started GET "/"',
      ],
      ['1-2', '3-5', '6'],
    ],
    [
      'Rust',
      [
        "thread 'main' panicked at src/main.rs:4:5:",
        'index out of bounds',
        'stack backtrace:',
        '   0: rust_begin_unwind',
        'note: run with `RUST_BACKTRACE=full`',
        'next',
      ],
      ['1-5', '6'],
    ],
    ['indented details, and nothing before the first line', ['  a', '  b', 'c', '    d', 'e'], ['1-2', '3-4', '5']],
    [
      'levels that are padded are no details',
      ['2024-03-12T10:00:00Z ERROR a', '2024-03-12T10:00:01Z  INFO b', '  INFO c', '  WARN d'],
      ['1', '2', '3', '4'],
    ],
    ['errors of their own', ['ERROR a', 'ERROR b', 'TypeError: c', 'at 10:00 all is well'], ['1', '2-4']],
  ])('%s', (_what, text, ranges) => {
    expect(rangesOf(text.join('\n'), lines)).toEqual(ranges);
    expect(rangesOf(text.join('\r\n'), lines)).toEqual(ranges);
  });

  test.each([
    ['Kubernetes', '2024-03-12T10:00:00.123456789Z stderr F '],
    ['docker logs --timestamps', '2024-03-12T10:00:00.123456789Z '],
    ['syslog', 'Mar 12 10:00:00 host app[123]: '],
    ['journalctl -o short-iso', '2024-03-12T10:00:00+0100 host app[123]: '],
    ['Docker Compose', 'web-1  | '],
  ])('behind what %s writes before each line', (_who, prefix) => {
    const text = [
      'ERROR boom',
      'java.lang.RuntimeException: x',
      '\tat com.example.Foo.bar(Foo.java:12)',
      'Caused by: java.io.IOException: disk full',
      '\t... 3 more',
      'INFO ok',
      'job 5 started',
      'at job 6 started',
    ];
    expect(rangesOf(text.map((line) => prefix + line).join('\n'), lines)).toEqual(['1-5', '6', '7', '8']);
  });

  test('the text of an item is that of its lines, blank ones within too', () => {
    const text = 'panic: a\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1\nnext\n';
    const read = readWhole(text, lines);
    expect(read.items).toEqual([
      { line: 1, lastLine: 5, text: 'panic: a\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1' },
      { line: 6, text: 'next' },
    ]);
    expect(noteOf(read, 'joined')).toEqual({ code: 'joined', items: 1, count: 3, lines: [1] });
  });

  test('not unless the swarm file asks for it', () => {
    expect(textsOf('a\n\tat b\n', { format: 'lines' })).toEqual(['a', '\tat b']);
    expect(textsOf('a\n\tat b\n', { format: 'lines', join: 'none' })).toEqual(['a', '\tat b']);
  });

  test('in the fields of JSON lines and of CSV, a record a line', () => {
    const texts = [
      'ERROR boom\n',
      'Traceback (most recent call last):\n',
      '  File "a.py", line 1\n',
      'ValueError: x\n',
      'INFO ok\n',
    ];
    const docker = texts.map((log) => JSON.stringify({ log })).join('\n');
    const read = readWhole(docker, { format: 'jsonl', field: 'log', join: 'traces' });
    expect(read.items).toEqual([
      { line: 1, lastLine: 4, text: texts.slice(0, 4).join('') },
      { line: 5, text: 'INFO ok\n' },
    ]);
    const csv = `t,m\n${texts.map((text, k) => `${k},"${text.trimEnd().replaceAll('"', '""')}"\n`).join('')}`;
    expect(rangesOf(csv, { format: 'csv', column: 'm', join: 'traces' })).toEqual(['2-5', '6']);
  });

  test('a trace that was printed between JSON lines goes with the line before it', () => {
    const text = '{"m":"ERROR boom"}\njava.lang.Error: x\n\tat a.b(C.java:1)\n{"m":"INFO ok"}\n';
    expect(rangesOf(text, { format: 'jsonl', field: 'm', join: 'traces' })).toEqual(['1-3', '4']);
    const read = readWhole(`${text}foreign\n`, { format: 'jsonl', field: 'm', join: 'traces', bad: 'skip' });
    expect(read.items[0]?.text).toBe('ERROR boom\njava.lang.Error: x\n\tat a.b(C.java:1)');
    expect(noteOf(read, 'skipped')).toMatchObject({ count: 1, lines: [5] });
  });

  test('a limit counts items, not lines', () => {
    expect(textsOf('a\n b\nc\n d\ne\n', { ...lines, limit: 2 })).toEqual(['a\n b', 'c\n d']);
  });

  test('no line is lost or told twice, whatever the log', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        '\tat x',
        'Caused by: y',
        'Traceback (most recent call last):',
        'ValueError: z',
        'panic: p',
        'goroutine 1 [running]:',
        '2024-03-12 ERROR q',
        '}',
      ),
      fc.string({ maxLength: 12 }).filter((text) => !/[\r\n\0\uFEFF]|^\s+$/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (all) => {
        fc.pre(all.some((each) => each.trim() !== '') && !/^\uFFFD|^PK|^%PDF|^PAR1/.test(all.join('\n')));
        const { items } = readWhole(all.join('\n'), lines);
        const told = items.flatMap(({ line: first, lastLine = first }) =>
          Array.from({ length: lastLine - first + 1 }, (_, k) => first + k),
        );
        expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
        for (const [k, each] of all.entries()) if (each.trim() !== '') expect(told).toContain(k + 1);
        for (const { line: first, lastLine = first, text } of items)
          expect(text).toBe(all.slice(first - 1, lastLine).join('\n'));
      }),
    );
  });

  test.each(['goroutine 1 [[[', 'panic: a\n(((', 'a.a.', 'at a (', '.rb:1'])(
    'm: a line of a megabyte is looked at once: %j',
    (text) => {
      const long = text + text.slice(-2).repeat(500_000);
      expect(readWhole(`${long}\nx`, lines).items.length).toBeGreaterThan(0);
    },
  );
});
