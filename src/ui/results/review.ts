/** What a review says of a result, as far as its shape tells. Apart from the line that shows it, so that it can be tested. */
import type { ResultRow } from '../../runtime/protocol/protocol.ts';

export type Review = 'agreed' | 'disputed' | 'reviewed';

/** Reviewers answer `{ agree: boolean, ... }` in the swarms that come with the page; any other answer is only known to be there. */
export function reviewOf(row: Pick<ResultRow, 'review'>): Review | null {
  const output = row.review?.output;
  if (row.review === null) return null;
  if (typeof output === 'object' && output !== null && 'agree' in output && typeof output.agree === 'boolean')
    return output.agree ? 'agreed' : 'disputed';
  return 'reviewed';
}
