import type { ChatMessage, Elastic } from '../engine/contract.ts';

export interface TurnText {
  /** What all agents of the role share. */
  readonly prefix: readonly ChatMessage[];
  /** What only this turn has. */
  readonly messages: readonly ChatMessage[];
  /** Where the item stands in them, which an engine may shorten. */
  readonly elastic: Pick<Elastic, 'message' | 'from' | 'to'>;
}

/** In front of a text of which others have read the beginning. */
const BEFORE = '… ';

/**
 * Messages of a turn: the role's prompt as system; the item as user, below it on a line of its own what is read beside it, such as the output
 * under review, and above it what it stands in. Text that agents read is data and stands as it is: where tokens are made, none of it becomes one of those that mark roles.
 */
export function turnText(
  prompt: string,
  item: string,
  below: string | null,
  { goesOn = false, above = null }: { readonly goesOn?: boolean; readonly above?: string | null } = {},
): TurnText {
  const before = `${above === null ? '' : `${above}\n`}${goesOn ? BEFORE : ''}`;
  const content = `${before}${item}${below === null ? '' : `\n${below}`}`;
  return {
    prefix: [{ role: 'system', content: prompt }],
    messages: [{ role: 'user', content }],
    elastic: { message: 0, from: before.length, to: before.length + item.length },
  };
}
