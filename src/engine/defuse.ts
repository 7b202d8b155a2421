/**
 * Control tokens of chat templates within a text, for servers and interfaces that make tokens themselves: `<|im_start|>` in a log line could
 * speak as somebody else. A character that nobody sees keeps each from being one; what comes back is put right, so that a copy is a copy. What
 * is no control token, such as the `|>` of a pipe, stands as it is.
 */

/** Keeps two characters from being one word, and has no width. */
const JOINER = '\u2060';

/** What follows the bracket that opens a control token: Qwen, Phi, Llama 3 and others; DeepSeek's wide ones; GLM; Llama 2, Mistral; Gemma. */
const REST = [
  '\\|[^<>|\\s]{1,64}\\|>',
  '\uff5c[^<>\uff5c\\n]{1,64}\uff5c>',
  '\\/?(?:s|bos|eos|unk|pad|mask|start_of_turn|end_of_turn|start_of_image|end_of_utterance)>',
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
