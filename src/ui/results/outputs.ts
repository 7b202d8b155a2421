import type { ResultRow, SwarmSummary } from '../../runtime/protocol/protocol.ts';
import { compact } from '../base/format.ts';

/** What steps gave for a row, the result first, numbers as they were written; with names where there are several. */
export function outputsOf(
  { output, outputs, written, step }: Pick<ResultRow, 'output' | 'outputs' | 'written' | 'step'>,
  { flow }: Pick<SwarmSummary, 'flow'>,
): readonly { readonly name: string; readonly text: string }[] {
  const gives = flow.filter(({ review, of }) => !review && of === undefined);
  const last =
    (gives.findLast(({ role, merges }) => role !== null || merges) ?? gives.find(({ split }) => split))?.name ?? '';
  // A step may be called `constructor`, as every object has one.
  const texts = new Map(Object.entries(written?.outputs ?? {}));
  const several = outputs !== undefined || step !== undefined;
  return [
    { name: several ? (step ?? last) : '', text: written?.output ?? compact(output) },
    ...Object.entries(outputs ?? {}).map(([name, each]) => ({
      name,
      text: texts.get(name) ?? compact(each),
    })),
  ];
}
