import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseFaultPlan } from '../../chaos/fault-plan.ts';
import type { FaultKind, FaultLine } from '../../runtime/protocol/protocol.ts';
import { planOf } from './plan-file.ts';

const KINDS: readonly FaultKind[] = [
  ...(['stall', 'loop', 'poisoned-output', 'worker-kill', 'quota', 'message-lost', 'reload-mid-write'] as const),
];
const TARGETED = new Set<FaultKind>(['stall', 'loop', 'poisoned-output']);

const line = fc.record({ kind: fc.constantFrom(...KINDS), gap: fc.nat(60_000), agent: fc.nat(99) });

it('is a plan that the runtime reads, with the same faults in the same order and on the same agents', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (list) => {
      let at = 1000;
      const faults = list.map(({ kind, gap, agent }, k): FaultLine => {
        at += gap;
        return {
          seq: k + 1,
          fault: k,
          kind,
          at,
          agents: TARGETED.has(kind) ? [agent] : [1, 2, 3],
          detail: { code: 'struck' },
          detectedMs: null,
          mendedMs: null,
          rung: null,
          by: null,
          trying: null,
        };
      });
      const kept = faults.filter(({ kind }) => kind !== 'reload-mid-write');
      const parsed = parseFaultPlan('again.json', planOf(faults, TARGETED), {
        agents: 100,
        roles: [{ name: 'triager' }],
      });
      if (kept.length === 0) {
        expect(parsed.ok).toBe(false);
        return;
      }
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      expect(parsed.value.faults.map(({ kind }) => kind)).toEqual(kept.map(({ kind }) => kind));
      for (const [k, planned] of parsed.value.faults.entries()) {
        const [agent] = kept[k]!.agents;
        expect(planned.target).toEqual(TARGETED.has(planned.kind) ? { agent } : 'random');
      }
      expect(parsed.value.faults[0]!.at).toBe(0);
    }),
  );
});
