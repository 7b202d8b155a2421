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
    attempts: Math.min(role.attempts, role.limits.steps),
    memoryTurns: role.memory.turns,
    escalate: role.escalate ?? [],
  };
}

/** Copies are only looked at in outputs that are of the right form, so one such fault means that there is no other kind. */
const NOT_COPIED = 'is not a piece of the input.';

function checkerOf(schema: OutputSchema): OutputCheck {
  return (output, input) => {
    const [first, ...rest] = checkOutput(schema, output, { input });
    if (first === undefined) return null;
    return { rule: first.endsWith(NOT_COPIED) ? 'copied' : 'schema', detail: [first, ...rest].slice(0, 3).join(' ') };
  };
}
