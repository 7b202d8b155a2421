/**
 * Control tokens of chat templates within a text, for servers and interfaces that make tokens themselves: `<|im_start|>` in a log line could
 * speak as somebody else. A character that nobody sees keeps each from being one; what comes back is put right, so that a copy is a copy. What
 * is no control token, such as the `|>` of a pipe, stands as it is.
 */

import { partsOf } from '../kernel/written-json.ts';

/** Keeps two characters from being one word, and has no width. */
const JOINER = '\u2060';

/** What follows the bracket that opens a control token: Qwen, Phi, Llama 3 and others; DeepSeek's wide ones; Gemma, the newer and the older; Llama 2, Mistral, GLM; Seed. */
const REST = [
  '\\|[^<>|\\s]{1,64}\\|>',
  '\uff5c[^<>\uff5c\\n]{1,64}\uff5c>',
  '\\|\\w{1,32}>',
  '\\w{1,32}\\|>',
  '\\/?(?:s|bos|eos|sop|eop|eot|unk|pad|mask|start_of_turn|end_of_turn|start_of_image|end_of_utterance|end_of_text)>',
  'seed:[a-z]{1,16}>',
  '<\\/?SYS>>',
].join('|');
const SQUARE =
  '(?:\\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|THINK)|[gs]MASK|\\|[^[\\]\\s|]{1,40}\\|)\\]';
const OPENS = new RegExp(`(<(?=\u2060*(?:${REST}))|\\[(?=\u2060*(?:${SQUARE})))`, 'g');
const DEFUSED = new RegExp(`(<(?=\u2060+(?:${REST}))|\\[(?=\u2060+(?:${SQUARE})))\u2060`, 'g');

/** No control token stands in it. */
export const defuse = (text: string): string => text.replace(OPENS, `$1${JOINER}`);

/** What `defuse` was given, where the text holds a piece of what it gave. */
export const restore = (text: string): string => text.replace(DEFUSED, '$1');

/** As `restore`, of JSON: in its texts as they are read, whatever escapes they are written with. */
export function restoreJson(json: string): string {
  // Hardly any text has one.
  if (!/\u2060|\\u2060/i.test(json)) return json;
  let restored = '';
  for (const [part, isString] of partsOf(json)) restored += isString ? restoreString(part) : part;
  return restored;
}

function restoreString(json: string): string {
  try {
    const text = JSON.parse(json) as string;
    const restored = restore(text);
    return restored === text ? json : JSON.stringify(restored);
  } catch {
    // It was cut off.
    return restore(json);
  }
}
