/** What of the injected faults is worth saying aloud: that one struck, and that one is mended. */
import type { FaultLine } from '../../runtime/protocol/protocol.ts';

export interface FaultNewsItem {
  readonly fault: FaultLine;
  /** Milliseconds to the mend; null: it has just struck. */
  readonly mended: number | null;
}

export class FaultNews {
  /** Faults told of, and whether their mend was told too; null before the first status, which is no news. */
  #told: Map<number, boolean> | null = null;

  note(faults: readonly FaultLine[]): FaultNewsItem[] {
    const before = this.#told;
    this.#told = new Map(faults.map(({ seq, mendedMs }) => [seq, mendedMs !== null]));
    if (!before) return [];
    return faults.flatMap((fault): FaultNewsItem[] => {
      const told = before.get(fault.seq);
      if (told === true || (told === false && fault.mendedMs === null)) return [];
      return [{ fault, mended: fault.mendedMs }];
    });
  }
}
