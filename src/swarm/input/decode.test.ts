import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../diagnostic.ts';
import { decodeInput } from './decode.ts';
import type { Encoding } from '../model.ts';
import { type ReadInput, readInput } from './read-input.ts';
import { noteOf } from './testing/read.ts';
import { invalidUtf8 } from './utf8.ts';

const bytesOf = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)));

/** Each character as one byte. */
const single = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from([...text].map((char) => char.charCodeAt(0)));

const wide = (text: string, little: boolean): number[] =>
  [...text].flatMap((char) => {
    const code = char.charCodeAt(0);
    return little ? [code & 255, code >> 8] : [code >> 8, code & 255];
  });

/** As a run reads a file that was dropped. */
function readBytes(bytes: Uint8Array<ArrayBuffer>, encoding?: Encoding) {
  const { text, ...decoding } = decodeInput(bytes, encoding);
  return readInput('in', text, { format: 'lines', ...(encoding && { encoding }) }, { decoding });
}
const whole = (bytes: Uint8Array<ArrayBuffer>, encoding?: Encoding): ReadInput => {
  const result = readBytes(bytes, encoding);
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'));
  return result.value;
};
const textsOf = (read: ReadInput): string[] => read.items.map(({ text }) => text);

describe('i: one rule for what is no text', () => {
  test('a hole of NULs in a good log is passed over and counted', () => {
    const read = whole(bytesOf('first line\n', new Array<number>(600).fill(0), 'Mar 12 sshd[1]: hello\nlast\n'));
    expect(read.items).toEqual([
      { line: 1, text: 'first line' },
      { line: 2, text: 'Mar 12 sshd[1]: hello' },
      { line: 3, text: 'last' },
    ]);
    expect(read.notes).toEqual([{ code: 'nul', count: 600, lines: [2] }]);
  });

  test('at the very beginning, alone on a line, and within one', () => {
    expect(textsOf(whole(bytesOf(new Array<number>(5000).fill(0), 'a\n')))).toEqual(['a']);
    expect(textsOf(whole(bytesOf('a\n', [0, 0, 0], '\nb\n')))).toEqual(['a', 'b']);
    expect(textsOf(whole(bytesOf('name=x', [0], 'path=/y\n')))).toEqual(['name=x path=/y']);
  });

  test('one letter of Latin-1 is told with its place, its byte and what it most likely is', () => {
    const read = whole(bytesOf('alles gut\nM', [0xfc], 'ller kann nicht\n'));
    expect(textsOf(read)).toEqual(['alles gut', 'M\uFFFDller kann nicht']);
    expect(read.notes).toEqual([
      { code: 'replaced', encoding: 'utf-8', count: 1, lines: [2], column: 2, byte: 'FC', likely: 'windows-1252' },
    ]);
    expect(textsOf(whole(bytesOf('caf', [0xe9])))).toEqual(['caf\uFFFD']);
  });

  test('a file of several encodings is read as far as it goes', () => {
    const read = whole(bytesOf('Größe ok\nGr', [0xf6, 0xdf], 'e nicht\n한국어\n', [0x80], ' 5\n'));
    expect(textsOf(read)).toEqual(['Größe ok', 'Gr\uFFFD\uFFFDe nicht', '한국어', '\uFFFD 5']);
    expect(noteOf(read, 'replaced')).toMatchObject({ count: 3, lines: [2, 4], column: 3, byte: 'F6' });
  });

  test.each<[Encoding, Uint8Array<ArrayBuffer>, string]>([
    ['latin1', single('Gr\xf6\xdfe \x85'), 'Größe \x85'],
    ['windows-1252', single('Gr\xf6\xdfe \x80 \x93x\x94'), 'Größe € “x”'],
    ['iso-8859-15', single('5 \xa4'), '5 €'],
    ['windows-1251', single('\xcf\xf0\xe8\xe2\xe5\xf2'), 'Привет'],
    ['euc-kr', single('\xb7\xce\xb1\xd7 \xbf\xc0\xb7\xf9'), '로그 오류'],
    ['shift_jis', single('\x83\x8d\x83\x4f'), 'ログ'],
    ['utf-16le', Uint8Array.from(wide('Größe', true)), 'Größe'],
    ['utf-16be', Uint8Array.from(wide('Größe', false)), 'Größe'],
  ])('%s by choice', (encoding, bytes, text) => {
    const read = whole(bytes, encoding);
    expect(textsOf(read)).toEqual([text]);
    expect(read.notes).toEqual([]);
  });

  test.each([true, false])('UTF-16 is told by its mark, or by its pattern (little end first: %s)', (little) => {
    const encoding = little ? 'utf-16le' : 'utf-16be';
    const text = 'id;message\r\n1;kaputt\r\n';
    const marked = whole(Uint8Array.from(wide(`\uFEFF${text}`, little)));
    expect(textsOf(marked)).toEqual(['id;message', '1;kaputt']);
    expect(marked.notes).toEqual([{ code: 'encoding', encoding, by: 'mark' }]);
    const bare = whole(Uint8Array.from(wide(text, little)));
    expect(textsOf(bare)).toEqual(['id;message', '1;kaputt']);
    expect(bare.notes).toEqual([{ code: 'encoding', encoding, by: 'pattern' }]);
  });

  test('a mark goes before what the swarm file says, and a note tells', () => {
    const read = whole(bytesOf([0xef, 0xbb, 0xbf], 'Größe\n'), 'windows-1252');
    expect(textsOf(read)).toEqual(['Größe']);
    expect(read.notes).toEqual([{ code: 'other-encoding', encoding: 'utf-8', asked: 'windows-1252' }]);
  });

  test('marks within a file that was put together from several are dropped and counted', () => {
    const read = whole(bytesOf([0xef, 0xbb, 0xbf], 'a\n', [0xef, 0xbb, 0xbf], 'b\n'));
    expect(textsOf(read)).toEqual(['a', 'b']);
    expect(read.notes).toEqual([{ code: 'inner-mark', count: 1, lines: [2] }]);
  });

  test('text of another encoding throughout is refused with the one it is', () => {
    const korean = single('\xb7\xce\xb1\xd7 \xbf\xc0\xb7\xf9 \xb9\xdf\xbb\xfd\n'.repeat(8));
    const read = readBytes(korean);
    expect(read.ok ? [] : read.error.map(formatDiagnostic)).toEqual([
      'in:1:1: the file is not UTF-8; expected UTF-8 text; it reads as euc-kr: say input.encoding: euc-kr, or save it as UTF-8',
    ]);
    expect(textsOf(whole(korean, 'euc-kr'))).toHaveLength(8);
  });

  test.each([
    [
      'an Excel workbook',
      bytesOf('PK\x03\x04', new Array<number>(26).fill(0), 'xl/workbook.xml'),
      'the file is an Excel workbook',
    ],
    [
      'an old one',
      Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
      'the file is a document of Office',
    ],
    ['a journal', bytesOf('LPKSHHRH', [0, 0, 0, 0]), 'the file is a journal of systemd'],
    ['a picture', Uint8Array.from({ length: 512 }, (_, k) => (k * 97) % 256), 'the file is not text'],
    ['a PDF', bytesOf('%PDF-1.7\n', [0xe2, 0xe3]), 'the file is a PDF'],
  ])('%s is told by name', (_what, bytes, message) => {
    const read = readBytes(bytes);
    expect(read.ok ? '' : read.error[0]?.message).toBe(message);
  });

  test('is counted as the decoder replaces it, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 6 }),
            fc.string().map((text) => bytesOf(text)),
          ),
        ),
        (parts) => {
          const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
          const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
          const own = (
            parts
              .flatMap((part) => [...part])
              .map((b) => String.fromCharCode(b))
              .join('')
              .match(/\xef\xbf\xbd/g) ?? []
          ).length;
          expect(invalidUtf8(bytes)?.count ?? 0).toBe(text.split('\uFFFD').length - 1 - own);
        },
      ),
    );
  });

  test('any text in any encoding that has it comes back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0xa0, max: 0xff }).map((n) => String.fromCharCode(n)) }),
        (text) => {
          expect(decodeInput(single(`x${text}`), 'latin1').text).toBe(`x${text}`);
          expect(decodeInput(bytesOf(`x${text}`)).text).toBe(`x${text}`);
          expect(decodeInput(Uint8Array.from(wide(`x${text}`, true)), 'utf-16le').text).toBe(`x${text}`);
        },
      ),
    );
  });
});

describe('k: halves of characters do not get in', () => {
  test('of a text that was pasted, and of what JSON spells out', () => {
    const pasted = readInput('in', 'ok\nhalf \ud83d here\n', { format: 'lines' });
    expect(pasted.ok && pasted.value).toMatchObject({
      items: [{ text: 'ok' }, { line: 2, text: 'half \uFFFD here' }],
      notes: [{ code: 'half-character', count: 1, lines: [2] }],
    });
    const spelled = readInput('in', '{"m":"\\ud83d\\ude00 whole"}\n{"m":"\\ude00 half"}\n', {
      format: 'jsonl',
      field: 'm',
    });
    expect(spelled.ok && spelled.value).toMatchObject({
      items: [{ text: '😀 whole' }, { text: '\uFFFD half' }],
      notes: [{ code: 'half-character', count: 1, lines: [2] }],
    });
    const nul = readInput('in', '{"m":"a\\u0000b"}\n', { format: 'jsonl', field: 'm' });
    expect(nul.ok && nul.value).toMatchObject({
      items: [{ text: 'a b' }],
      notes: [{ code: 'nul', count: 1, lines: [1] }],
    });
  });

  test('whatever the text and the format, items are well-formed', () => {
    const char = fc.oneof(
      fc.constantFrom('a', ' ', '\n', '"', ',', '\0', '\uFEFF'),
      fc.integer({ min: 0xd7f0, max: 0xe010 }).map((n) => String.fromCharCode(n)),
    );
    fc.assert(
      fc.property(fc.string({ unit: char, minLength: 1 }), fc.constantFrom('lines', 'csv', 'jsonl'), (text, format) => {
        const given = format === 'jsonl' ? JSON.stringify({ m: text }) : text;
        const read = readInput(
          'in',
          given,
          format === 'lines' ? { format } : { format, column: 1, field: 'm', bad: 'skip' },
        );
        for (const item of read.ok ? read.value.items : [])
          expect(item.text.isWellFormed() && !item.text.includes('\0')).toBe(true);
      }),
    );
  });
});

test.each(['오류: 디스크가 가득 찼습니다\n정상\n', '错误 磁盘已满\n正常 运行\n', 'ошибка диск полон\nвсё в порядке\n'])(
  'i: UTF-16 without a mark is told by its spaces and line ends: %s',
  (line) => {
    const bytes = Buffer.from(line.repeat(5), 'utf16le');
    expect(decodeInput(new Uint8Array(bytes))).toMatchObject({
      encoding: 'utf-16le',
      by: 'pattern',
      text: line.repeat(5),
    });
    expect(decodeInput(new Uint8Array(bytes.swap16()))).toMatchObject({ encoding: 'utf-16be', by: 'pattern' });
  },
);

test('i: a log with a letter of Latin-1 and a few NULs is not UTF-16', () => {
  for (const at of [0, 1]) {
    const bytes = new Uint8Array(Buffer.from(`${' '.repeat(at)}abc\0 caf\xe9\n`.repeat(3), 'latin1'));
    expect(decodeInput(bytes).encoding).toBe('utf-8');
  }
});
