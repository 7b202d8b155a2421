/**
 * Does it fit? The sum of what a model needs on the GPU under the person's budget, in bytes, and in words when it does not fit.
 */
import type { MemoryBudget } from '../../../src/engine/contract.ts';

export const MIB = 2 ** 20;

/** Residents the engine runs at once at most: what the batch kernels are built for. */
export const MAX_RESIDENTS = 16;

export interface Needs {
  readonly weightBytes: number;
  readonly workspaceBytes: number;
  /** K/V of one agent at the model's full context. */
  readonly kvBytesPerAgent: number;
}

/** Bytes that may ever be used. */
export function limitBytes(budget: Pick<MemoryBudget, 'vramMiB' | 'occupancy'>): number {
  return Math.floor(budget.vramMiB * MIB * budget.occupancy);
}

/** How many agents fit at once, 0..16, and why not when none does. */
export function fit(
  needs: Needs,
  budget: Pick<MemoryBudget, 'vramMiB' | 'occupancy'>,
): { fits: number; reason: string } {
  const limit = limitBytes(budget);
  const left = limit - needs.weightBytes - needs.workspaceBytes;
  const many = Math.floor(left / needs.kvBytesPerAgent);
  // What is no figure fits nowhere; a comparison with NaN would let it pass.
  const fits = many >= 1 && needs.kvBytesPerAgent > 0 && Number.isFinite(left) ? Math.min(MAX_RESIDENTS, many) : 0;
  return { fits, reason: fits > 0 ? '' : overBudget(needs, budget) };
}

/** The sum spelled out: what it needs for one agent against what there is. */
export function overBudget(needs: Needs, budget: Pick<MemoryBudget, 'vramMiB' | 'occupancy'>): string {
  const sum = needs.weightBytes + needs.workspaceBytes + needs.kvBytesPerAgent;
  const percent = String(Math.round(budget.occupancy * 100));
  return (
    `Weights ${mib(needs.weightBytes)} + workspace ${mib(needs.workspaceBytes)} + K/V of one agent ${mib(needs.kvBytesPerAgent)} = ` +
    `${mib(sum)}, more than ${mib(limitBytes(budget))} (${percent} % of ${mib(budget.vramMiB * MIB)}).`
  );
}

export function mib(bytes: number): string {
  const value = bytes / MIB;
  return `${value >= 10 ? Math.round(value).toLocaleString('en') : value.toFixed(1)} MiB`;
}
