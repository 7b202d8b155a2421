import type { ResultRow } from '../../store/records.ts';

/** Turns that the row would have taken without a failed one: its steps, reviews not counted. */
export function turnsOf(
  { outputs = {} }: Pick<ResultRow, 'outputs'>,
  steps: readonly { readonly name: string; readonly review: boolean; readonly role: string | null }[],
): number {
  return (
    1 +
    Object.keys(outputs).filter((each) =>
      steps.some(({ name, review, role }) => name === each && !review && (role ?? '') !== ''),
    ).length
  );
}
