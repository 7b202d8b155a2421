/** Answers that both runs and links give. */
import type { Diagnostic } from '../../swarm/diagnostic.ts';
import type { SwarmSummary } from '../../swarm/summary.ts';

export type CheckedSwarm =
  | { readonly ok: true; readonly summary: SwarmSummary }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export type StartReply =
  { readonly ok: true; readonly runId: string } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
