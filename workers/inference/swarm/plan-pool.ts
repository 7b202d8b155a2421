/**
 * How many agents sit on the GPU, and how large the pool is: counted out of the budget from what pools were measured to cost. Pure.
 */
import type { Needs } from '../device/fit.ts';

export interface PoolCosts {
  /** GPU bytes with a pool of no pages for no resident: the weights, and what a cache always has. */
  readonly base: number;
  /** For the sequences of one resident more. */
  readonly perResident: number;
  readonly perPage: number;
}

export interface Workspace {
  readonly bytes: number;
  /** More for each row that is sampled at once. */
  readonly perRow: number;
  /** And so much more where several numbers of rows have buffers of their own: room for another set. */
  readonly sparePerRow: number;
}

export interface PoolPlan {
  readonly residents: number;
  readonly pages: number;
}

export interface PoolQuestion {
  readonly costs: PoolCosts;
  readonly workspace: Workspace;
  /** GPU bytes that may be used. */
  readonly limit: number;
  readonly mostResidents: number;
  /** Of one resident. */
  readonly leastPages: number;
  /** Pages beyond what all residents may fill at once are of no use. */
  readonly contextPages: number;
  /** Pages whose K/V lies beside the pool while it is on its way to or from storage. */
  readonly movingPages: number;
  /** Share of the pages to take. */
  readonly scale: number;
}

/** Contexts beyond the residents', for prompts that are shared. */
const SHARED_CONTEXTS = 2;

/** The most residents that each have `leastPages`; null where there is no room for one. */
export function planPool(question: PoolQuestion): PoolPlan | null {
  const { costs, workspace, limit, leastPages, contextPages, movingPages, scale } = question;
  for (let residents = question.mostResidents; residents >= 1; residents -= 1) {
    const perRow = workspace.perRow + (residents > 1 ? workspace.sparePerRow : 0);
    const fixed = costs.base + residents * (costs.perResident + perRow) + workspace.bytes;
    const room = Math.floor((limit - fixed) / costs.perPage) - movingPages;
    const pages = Math.floor(Math.min((residents + SHARED_CONTEXTS) * contextPages, room) * scale);
    if (pages >= residents * leastPages) return { residents, pages };
  }
  return null;
}

/** The sum for one resident with as little K/V as it can do with, for the sentence that says that it does not fit. */
export function leastNeeds({ costs, workspace, leastPages, movingPages }: PoolQuestion, weightBytes: number): Needs {
  return {
    weightBytes,
    workspaceBytes: Math.max(
      0,
      costs.base + costs.perResident + workspace.bytes + workspace.perRow + movingPages * costs.perPage - weightBytes,
    ),
    kvBytesPerAgent: leastPages * costs.perPage,
  };
}
