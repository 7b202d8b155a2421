import type { RoleBrief } from '../../agents/turn.ts';
import type { OutputCheck } from '../../agents/verdict.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import type { SwarmRole } from '../../swarm/model.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import { plainSchema } from '../../swarm/plain-schema.ts';

/** A role as its agents' turns need it. */
export function briefOf(name: string, role: SwarmRole, revision: number): RoleBrief {
  const output = role.output ? plainSchema(role.output) : null;
  return {
    name,
    revision,
    prompt: role.prompt,
    output,
    schema: output ? JSON.stringify(output) : null,
    check: output ? checkerOf(output) : null,
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
