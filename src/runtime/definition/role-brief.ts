import type { RoleBrief } from '../../agents/turn.ts';
import type { OutputCheck } from '../../agents/verdict.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import type { SwarmRole } from '../../swarm/model.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';

/** A role as its agents' turns need it. */
export function briefOf(name: string, role: SwarmRole, revision: number): RoleBrief {
  return {
    name,
    revision,
    prompt: role.prompt,
    output: role.output ?? null,
    schema: role.output ? JSON.stringify(role.output) : null,
    check: role.output ? checkerOf(role.output) : null,
    temperature: role.temperature,
    topP: role.topP,
    maxTokens: role.limits.tokens,
    deadlineMs: role.limits.deadline,
    attempts: role.attempts,
    memoryTurns: role.memory.turns,
    escalate: role.escalate ?? [],
  };
}

function checkerOf(schema: OutputSchema): OutputCheck {
  return (output, input) => {
    const faults = checkOutput(schema, output, { input }).slice(0, 3);
    const [first] = faults;
    return first ? { rule: first.rule, detail: faults.map(({ detail }) => detail).join(' ') } : null;
  };
}
