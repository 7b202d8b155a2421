/**
 * Rewrites a plan where the answer cannot change: a condition on the input moves before a step whose outputs are read by nothing that does not ask
 * for it as well. What the report tells stays as it is; without a report every output is a result.
 */

interface Looked {
  /** Whose output is looked at; null: the item itself. */
  readonly step: number | null;
  /** As the swarm file has it, of conditions on the item. */
  readonly written?: string;
}

interface Reading<Condition extends Looked> {
  readonly on?: number | null;
  readonly beside?: number | null;
  readonly where?: readonly Condition[];
}

interface Working<Condition extends Looked> extends Reading<Condition> {
  readonly name: string;
  readonly review: boolean;
  /** 0: code does what is to be done. */
  readonly slots: number;
  /** Maker of its tasks; absent: the items of the input. */
  readonly maker?: number;
}

/** Conditions that moved before a step. */
export interface Moved {
  readonly step: string;
  /** As the swarm file has them. */
  readonly where: readonly string[];
}

/**
 * @param steps in their order; takers of a step stand behind it
 * @param others what else reads outputs of steps
 * @param isTold whether the report tells of the step
 */
export function moveConditions<Condition extends Looked, Step extends Working<Condition>>(
  steps: readonly Step[],
  others: readonly Reading<Condition>[],
  isTold: (name: string) => boolean,
): { readonly steps: readonly Step[]; readonly moved: readonly Moved[] } {
  const rewritten = [...steps];
  const moved: Moved[] = [];
  // From the last on: what moved before one may move further.
  for (let at = rewritten.length - 1; at >= 0; at--) {
    const step = rewritten[at] as Step;
    if (step.review || step.slots === 0 || step.maker !== undefined || isTold(step.name)) continue;
    const reads = ({ on, beside, where = [] }: Reading<Condition>): boolean =>
      on === at || beside === at || where.some((condition) => condition.step === at);
    const readers = rewritten.filter(reads);
    if (readers.some(({ review, name }) => review && isTold(name))) continue;
    // Reviews go where the output goes.
    const takers = [...readers.filter(({ review }) => !review), ...others.filter(reads)];
    const isIn = ({ written }: Condition, where: readonly Condition[] = []): boolean =>
      where.some((condition) => condition.step === null && condition.written === written);
    const shared = (takers[0]?.where ?? []).filter(
      (condition) =>
        condition.step === null &&
        condition.written !== undefined &&
        !isIn(condition, step.where) &&
        takers.every(({ where }) => isIn(condition, where)),
    );
    if (shared.length === 0) continue;
    rewritten[at] = { ...step, where: [...(step.where ?? []), ...shared] };
    moved.unshift({ step: step.name, where: shared.map(({ written = '' }) => written) });
  }
  return { steps: rewritten, moved };
}
