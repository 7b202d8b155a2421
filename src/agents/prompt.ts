import type { ChatMessage } from '../engine/contract.ts';

/**
 * Text that agents read is data: chat templates mark roles with tokens such as `<|im_start|>`, which a line of a log could carry to speak
 * as somebody else. A space after `<` makes them plain text and leaves them readable.
 */
export function neutralise(text: string): string {
  return text.replaceAll('<|', '< |').replaceAll('|>', '| >');
}

/** Characters that a token stands for, at least: short words and numbers of a log with a small vocabulary. */
const CHARACTERS_A_TOKEN = 2;
/** Tokens of the chat template around the messages. */
const TEMPLATE_TOKENS = 48;
const CUT_MARK = ' …';

/**
 * What of `text` fits a context of `contextTokens` beside `prefixCharacters` of shared prompt and `maxTokens` of output. A guess on the
 * safe side: the tokenizer sits with the engine. `shrink` halves it further each time that the engine found a prompt too long.
 */
export function fit(
  text: string,
  contextTokens: number,
  prefixCharacters: number,
  maxTokens: number,
  shrink = 0,
): string {
  const tokens = contextTokens - maxTokens - TEMPLATE_TOKENS;
  const room = Math.floor(Math.max(64, tokens * CHARACTERS_A_TOKEN - prefixCharacters) / 2 ** shrink);
  if (text.length <= room) return text;
  const cut = text.slice(0, Math.max(0, room - CUT_MARK.length));
  // Never half a character.
  const last = cut.charCodeAt(cut.length - 1);
  return (last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut) + CUT_MARK;
}

export interface TurnText {
  /** What all agents of the role share. */
  readonly prefix: readonly ChatMessage[];
  /** What only this turn has. */
  readonly messages: readonly ChatMessage[];
  /** The item's text as the agent sees it; copied pieces are looked for in it. */
  readonly input: string;
}

/** Messages of a turn: the role's prompt as system; the item as user, a reviewed output as JSON on a line of its own below it. */
export function turnText(prompt: string, item: string, reviewed: string | null): TurnText {
  const input = neutralise(item);
  const content = reviewed === null ? input : `${input}\n${neutralise(reviewed)}`;
  return { prefix: [{ role: 'system', content: prompt }], messages: [{ role: 'user', content }], input };
}
