import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { messagesOf, noteOf, rangesOf, readWhole, textsOf } from './testing/read.ts';

const csv = { format: 'csv' } as const;

describe('b: the delimiter is the one under which the whole file is a table', () => {
  test('times and sentences hold commas, the third column is behind two tabs', () => {
    const one = '2024-03-12 10:00:00,123\tERR\tdisk full on sda1, ext4\n';
    expect(textsOf(one, { ...csv, column: 3 })).toEqual(['disk full on sda1, ext4']);
    expect(textsOf(one.repeat(30), { ...csv, column: 3 })).toHaveLength(30);
    expect(noteOf(readWhole(one, { ...csv, column: 3 }), 'delimiter')).toEqual({
      code: 'delimiter',
      delimiter: '\t',
      by: 'guess',
      columns: 3,
      records: 1,
      agreeing: 1,
    });
  });

  test.each([
    ['the same with semicolons', '2024-03-12 10:00:00,123;ERR;disk full on sda1, ext4\n', 3, 'disk full on sda1, ext4'],
    ['the same with bars', '2024-03-12 10:00:00,123|ERR|disk full on sda1, ext4\n', 3, 'disk full on sda1, ext4'],
    ['decimal commas', '1;2,5;kaputt\n2;3,75;heil\n', 3, 'kaputt'],
    ['decimal commas and two columns', '12;2,5\n13;3,5\n', 2, '2,5'],
    [
      'a user agent',
      '1.2.3.4,Mozilla/5.0 (X11; Linux x86_64)\n1.2.3.5,curl/8 (X11; BSD)\n',
      2,
      'Mozilla/5.0 (X11; Linux x86_64)',
    ],
    ['tags in one field', '7,disk full,a;b\n8,net down,c;d\n', 3, 'a;b'],
    ['quoted fields with everything in them', '"1","a;b|c\td","x"\n"2","e","y"\n', 2, 'a;b|c\td'],
    ['a text with one tab in quotes', '1,"a\tb"\n', 2, 'a\tb'],
    ['JSON in a field', '10:00\tERR\t{"a":1,"b":2}\n10:01\tERR\t{"a":1}\n', 3, '{"a":1,"b":2}'],
    [
      'a first message with more commas than all others',
      '1\tone, two, three, four\n2\tfive\n3\tsix, seven\n',
      2,
      'one, two, three, four',
    ],
    ['plain commas', '1,2,3\n4,5,6\n', 3, '3'],
    ['unit separators', '1\x1fdisk, full\x1fx\n', 2, 'disk, full'],
    ['a field that begins with a quote, by tabs', '1\t"ext4" is full\t7\n', 2, '"ext4" is full'],
  ])('%s', (_what, text, column, first) => {
    expect(textsOf(text, { ...csv, column })[0]).toBe(first);
  });

  test('by name: only a delimiter under which the header has it', () => {
    const text = 'time;level;message\n10:00,5;ERR;disk full, sda\n10:01,5;ERR;a, b, c\n';
    expect(textsOf(text, { ...csv, column: 'message' })).toEqual(['disk full, sda', 'a, b, c']);
  });

  test('a file of one column needs none', () => {
    expect(textsOf('message\nhello, world\nbye; all\n', { ...csv, column: 'message' })).toEqual([
      'hello, world',
      'bye; all',
    ]);
    expect(textsOf('one, and more\ntwo\nthree\n', { ...csv, column: 1 })).toEqual(['one, and more', 'two', 'three']);
  });

  test('the name of the file says something', () => {
    expect(textsOf('a,b\tc,d\n', { ...csv, column: 2 }, { file: 'x.tsv' })).toEqual(['c,d']);
  });

  test('what the swarm file says is taken, and no note speaks of a guess', () => {
    const read = readWhole('a,b;c\n', { ...csv, column: 2, delimiter: ',' });
    expect(read.items.map(({ text }) => text)).toEqual(['b;c']);
    expect(noteOf(read, 'delimiter')).toBeUndefined();
  });

  test('the note tells how far the guess holds', () => {
    const read = readWhole(`a\tb\tc\n${'1\t2\t3\n'.repeat(8)}4\t5\n`, { ...csv, column: 'b' });
    expect(noteOf(read, 'delimiter')).toMatchObject({ delimiter: '\t', columns: 3, records: 9, agreeing: 8 });
  });

  test('a column that no delimiter gives', () => {
    expect(messagesOf('a,b\nc,d\n', { ...csv, column: 3 })).toEqual([
      'in:1:1: the first record has 2 columns; expected at least 3, as the swarm file reads column 3; mend input.column there, say input.delimiter, or give another file',
    ]);
  });

  test('any table comes back, whatever parts its fields', () => {
    const cell = fc.stringMatching(/^[a-zäß0-9 .:()/-]{0,12}$/);
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 3, maxLength: 20 }),
      );
    fc.assert(
      fc.property(
        table,
        fc.constantFrom('\t', ';', '|', ','),
        fc.constantFrom('\n', '\r\n'),
        (rows, delimiter, newline) => {
          const wanted = rows.map((row) => row.at(-1) ?? '').filter((each) => each.trim() !== '');
          fc.pre(wanted.length > 0);
          const text = Papa.unparse(rows, { delimiter, newline });
          fc.pre(!/^(?:sep=|#)/m.test(text) && rows.every((row) => row.some((each) => each.trim() !== '')));
          expect(textsOf(text, { ...csv, column: rows[0]?.length ?? 1 })).toEqual(wanted);
        },
      ),
    );
  });
});

describe('h: headers as people have them', () => {
  test('a name that two columns have is refused, with what to do', () => {
    const text = 'id,message,code,message\n1,first,7,second\n';
    expect(messagesOf(text, { ...csv, column: 'message' })).toEqual([
      'in:1:17: the header has the column "message" 2 times: columns 2 and 4; expected each name once; rename one, or give the number in the swarm file: column: 2, header: true',
    ]);
    expect(textsOf(text, { ...csv, column: 4, header: true })).toEqual(['second']);
    expect(textsOf(text, { ...csv, column: 'id' })).toEqual(['1']);
    // Names are the same but for the spaces around them.
    expect(messagesOf(' message , message \n1,2\n', { ...csv, column: 'message' })).toHaveLength(1);
  });

  test('a number with a header', () => {
    expect(textsOf('id,text\n1,a\n2,b\n', { ...csv, column: 2, header: true })).toEqual(['a', 'b']);
    expect(textsOf('id,text\n1,a\n2,b\n', { ...csv, column: 2 })).toEqual(['text', 'a', 'b']);
  });

  test.each(['sep=;', 'SEP=;', '"sep=;"', 'sep=; '])('%s on the first line, as Excel writes it', (line) => {
    const read = readWhole(`\uFEFF${line}\r\nid;message\r\n1;a, b\r\n`, { ...csv, column: 'message' });
    expect(read.items).toEqual([{ line: 3, text: 'a, b' }]);
    expect(noteOf(read, 'delimiter')).toMatchObject({ delimiter: ';', by: 'file' });
  });

  test('where the swarm file says something else it goes first, and a note tells', () => {
    const read = readWhole('sep=,\nid;message\n1;a, b\n', { ...csv, column: 'message', delimiter: ';' });
    expect(read.items.map(({ text }) => text)).toEqual(['a, b']);
    expect(noteOf(read, 'other-delimiter')).toEqual({ code: 'other-delimiter', delimiter: ';', told: ',' });
  });

  test('comments before the header are passed over and counted', () => {
    const read = readWhole('# exported 2024-03-12\n# by, me\n\nid,message\n1,a\n', { ...csv, column: 'message' });
    expect(read.items).toEqual([{ line: 5, text: 'a' }]);
    expect(noteOf(read, 'comments')).toEqual({ code: 'comments', count: 2, lines: [1, 2] });
    const numbered = readWhole('# exported\n1,a\n2,b\n', { ...csv, column: 2 });
    expect(numbered.items.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('a line that begins with # is a record where it looks like the others', () => {
    const read = readWhole('#1234,disk full\n#1235,net down\n', { ...csv, column: 2 });
    expect(read.items.map(({ text }) => text)).toEqual(['disk full', 'net down']);
    expect(noteOf(read, 'comments')).toBeUndefined();
    expect(textsOf('#12,disk full\n13,net down\n', { ...csv, column: 2 })).toEqual(['disk full', 'net down']);
  });

  test.each([
    ['#id;message\n1;a\n', 'message', ['a']],
    ['# id\tmessage\n1\ta, b\n', 'message', ['a, b']],
    [
      '#Software: IIS\n#Fields: date time cs-uri sc-status\n2024-03-12 10:00:00 /a 500\n#Date: again\n2024-03-12 10:00:01 /b 200\n',
      'cs-uri',
      ['/a', '/b'],
    ],
    [
      '#separator \\x09\n#fields\tts\tuid\tmsg\n#types\ttime\tstring\tstring\n1.5\tC1\tbad, very\n#close\t2024\n',
      'msg',
      ['bad, very'],
    ],
  ])('a header that is a comment %#', (text, column, texts) => {
    expect(textsOf(text, { ...csv, column })).toEqual(texts);
  });

  test('padded names and values, quotes behind spaces', () => {
    const text = 'id, level, message\n1, ERR, "disk, full"\n2, INFO, all well\n';
    const read = readWhole(text, { ...csv, column: 'message' });
    expect(read.items.map((item) => item.text)).toEqual(['disk, full', 'all well']);
    expect(noteOf(read, 'padded')).toEqual({ code: 'padded' });
    expect(textsOf('id,message \n1, a \n', { ...csv, column: 'message' })).toEqual([' a ']);
    const psql = ' id | message \n----+---------\n  1 | disk, full\n  2 | a; b\n(2 rows)\n';
    expect(textsOf(psql, { ...csv, column: 'message', bad: 'skip' })).toEqual(['disk, full', 'a; b']);
  });

  test('a byte order mark before quotes, names in quotes, an index without a name', () => {
    expect(textsOf('\uFEFF"id","message"\n"1","a"\n', { ...csv, column: 'id' })).toEqual(['1']);
    expect(textsOf(',message\n0,a\n1,b\n', { ...csv, column: 'message' })).toEqual(['a', 'b']);
  });

  test('a title above the header is told with the line of the header', () => {
    expect(messagesOf('Export of March\n\nid;message\n1;a\n', { ...csv, column: 'message' })).toEqual([
      'in:1:1: the header has no column "message"; expected one of "Export of March"; line 3 has it: remove the lines before it',
    ]);
  });
});

describe('j: records that are not whole', () => {
  const text = 'id,message\n1,a\n2\n3,b,c\n4,"x" y\n5,d\n6,"never closed\n7,e\n';
  test('stop names each', () => {
    expect(messagesOf(text, { ...csv, column: 'message' }).map((each) => each.slice(0, 6))).toEqual([
      'in:3:2',
      'in:4:5',
      'in:5:3',
      'in:7:3',
    ]);
  });
  test('skip passes over as many lines and no more, counts and lists them', () => {
    const read = readWhole(text, { ...csv, column: 'message', bad: 'skip' });
    expect(read.items.map(({ line, text }) => [line, text])).toEqual([
      [2, 'a'],
      [6, 'd'],
      [8, 'e'],
    ]);
    expect(noteOf(read, 'skipped')).toEqual({ code: 'skipped', count: 4, lines: [3, 4, 5, 7] });
    expect(read.skipped[1]).toEqual({
      line: 4,
      column: 5,
      message: 'the record has 3 columns, the header 2',
      expected: 'at most 2',
      hint: 'put quotes around text that holds a comma',
    });
  });
  test('where nothing is left the file is refused with the first of them', () => {
    expect(messagesOf('id,message\n1\n2\n', { ...csv, column: 'message', bad: 'skip' })).toEqual([
      'in:1:1: the input has no items: all its 2 records were skipped; expected at least one that can be read',
      'in:2:2: the record has 1 column; expected at least 2; write a delimiter for a field that is empty too',
      'in:3:2: the record has 1 column; expected at least 2; write a delimiter for a field that is empty too',
    ]);
  });
});

test('m: records of several lines have a range', () => {
  expect(rangesOf('id,message\n1,"a\nb\nc"\n2,d\n', { ...csv, column: 'message' })).toEqual(['2-4', '5']);
});

test('records without a text are counted', () => {
  expect(noteOf(readWhole('id,message\n1,a\n2,\n3, \n', { ...csv, column: 'message' }), 'blank')).toEqual({
    code: 'blank',
    count: 2,
    lines: [3, 4],
  });
});

test('a rare delimiter and a stray quote cost no more than the file is long', () => {
  const text = `${'x'.repeat(20)}\n`.repeat(50_000) + 'a|b\n"\n';
  expect(readWhole(text, { ...csv, column: 1, bad: 'skip' }).items.length).toBeGreaterThan(50_000);
});

test('what earlier versions read comes out as it did', () => {
  const old = (text: string, column: string | number) => textsOf(text, { ...csv, column }, { reading: 1 });
  expect(old('id,message,message\n1,a,b\n', 'message')).toEqual(['a']);
  expect(old('2024-03-12 10:00:00,123\tERR\tdisk full on sda1, ext4\n', 3)).toEqual([' ext4']);
  // A tab between a closing quote and a comma, as a table of tabs may be taken for one of commas.
  expect(old('""""\t,a', 2)).toEqual(['a']);
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ',', '"', '\n', ';', 'é', '\t') });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(',', ';', '\t'),
      (rows, delimiter) => {
        const text = Papa.unparse(rows, { delimiter, newline: '\n' });
        const guessed = Papa.parse(text, { newline: '\n', preview: 20, skipEmptyLines: 'greedy' }).meta.delimiter;
        const { data, errors } = Papa.parse<string[]>(text, { newline: '\n', delimiter: guessed });
        fc.pre(errors.length === 0 && data[0]!.length === 2 && data.every((row) => row.length === 2));
        const wanted = data.map((row) => row[1] ?? '').filter((each) => each.trim() !== '');
        fc.pre(wanted.length > 0);
        expect(old(text, 2)).toEqual(wanted);
      },
    ),
  );
});

test('h: comments go on within a table that began with some, where they are no record', () => {
  const read = readWhole('# made by x\nid,msg\n1,a\n# a pause\n#2,#b\n', { format: 'csv', column: 'msg' });
  expect(read.items.map(({ text }) => text)).toEqual(['a', '#b']);
  expect(noteOf(read, 'comments')).toMatchObject({ count: 2, lines: [1, 4] });
  // Without one before it nothing says that it is a comment.
  expect(messagesOf('id,msg\n1,a\n# a pause\n', { format: 'csv', column: 'msg' })).toHaveLength(1);
});
