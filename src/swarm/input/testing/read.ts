import { formatDiagnostic } from '../../diagnostic.ts';
import type { InputNote } from '../notes.ts';
import { type ReadInput, type ReadOptions, readInput } from '../read-input.ts';
import type { InputFormat } from '../sink.ts';

/** The input, or the messages of its refusal as an error. */
export function readWhole(text: string, format: InputFormat, options: ReadOptions & { file?: string } = {}): ReadInput {
  const result = readInput(options.file ?? 'in', text, format, options);
  if (!result.ok) throw new Error(result.error.map(formatDiagnostic).join('\n'));
  return result.value;
}

export const textsOf = (text: string, format: InputFormat, options?: ReadOptions & { file?: string }): string[] =>
  readWhole(text, format, options).items.map((item) => item.text);

/** First and last line of each item. */
export const rangesOf = (text: string, format: InputFormat): string[] =>
  readWhole(text, format).items.map(({ line, lastLine }) => (lastLine ? `${line}-${lastLine}` : String(line)));

export const messagesOf = (text: string, format: InputFormat): string[] => {
  const result = readInput('in', text, format);
  return result.ok ? [] : result.error.map(formatDiagnostic);
};

export const noteOf = <C extends InputNote['code']>(
  { notes }: ReadInput,
  code: C,
): Extract<InputNote, { code: C }> | undefined =>
  notes.find((note): note is Extract<InputNote, { code: C }> => note.code === code);
