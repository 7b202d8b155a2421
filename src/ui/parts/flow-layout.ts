/** Where steps of a flow stand when it is drawn as rows with a gutter of lanes beside them, as histories of versions are. */

/** A step as it is drawn: what it takes is named, and stands in a row above. */
export interface DrawnStep {
  readonly name: string;
  readonly on: string;
  readonly beside?: string | undefined;
}

export interface DrawnEdge {
  /** Rows and lanes from 0; the input is row 0. */
  readonly from: { readonly row: number; readonly lane: number };
  readonly to: { readonly row: number; readonly lane: number };
  /** Lane in which it goes down between the two. */
  readonly lane: number;
  /** It brings what is read beside. */
  readonly beside: boolean;
}

export interface FlowLayout {
  readonly lanes: number;
  /** Of the input, then of each step. */
  readonly laneOf: readonly number[];
  readonly edges: readonly DrawnEdge[];
}

/** Width of a lane, and of all of them at most, px: on the narrowest screens names need the rest. */
const [LANE, GUTTER] = [14, 98];

/** How wide a lane is drawn, px, where there are so many; many stand close. */
export const laneWidth = (lanes: number): number => Math.min(LANE, GUTTER / lanes);

/**
 * A step stands in the lane of what it takes where that goes on straight, and in one of its own where another step took it before.
 * @param steps in an order in which each stands behind what it takes; `input` is what is not among them
 */
export function layFlow(steps: readonly DrawnStep[]): FlowLayout {
  const rowOf = new Map(steps.map(({ name }, index) => [name, index + 1]));
  const at = (name: string | undefined): number => rowOf.get(name ?? '') ?? 0;
  const laneOf = [0];
  /** Row down to which each lane is in use. */
  const used = [0];
  const edges: DrawnEdge[] = [];
  /** The first lane with nothing in it below the row. */
  const free = (row: number): number => {
    const found = used.findIndex((until) => until <= row - 1);
    return found >= 0 ? found : used.length;
  };
  for (const [index, { on, beside }] of steps.entries()) {
    const row = index + 1;
    const source = at(on);
    const straight = laneOf[source] ?? 0;
    // A lane ends at its last step so far: below that nothing stands in the way.
    const lane = (used[straight] ?? 0) <= source ? straight : free(source + 1);
    laneOf.push(lane);
    used[lane] = row;
    edges.push({ from: { row: source, lane: straight }, to: { row, lane }, lane, beside: false });
    if (beside === undefined) continue;
    const other = at(beside);
    const way = free(other + 1);
    used[way] = row;
    edges.push({ from: { row: other, lane: laneOf[other] ?? 0 }, to: { row, lane }, lane: way, beside: true });
  }
  return { lanes: used.length, laneOf, edges };
}
