/** Outputs that become one: as many together as fit one turn. */
import type { RunState } from '../../journal/run-state.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';

/** Tokens of a prompt that are kept free of what is collected, and tokens a sequence where no engine says it. */
const SPARE_TOKENS = 64;
const CONTEXT_TOKENS = 2048;
/** Characters for each token, as few as texts of any kind have of them. */
const CHARACTERS_A_TOKEN = 2;
const LEAST_CHARACTERS = 200;
/** Outputs that become one in one turn, at least: else a tree of turns would never come to its top. */
const LEAST_COLLECTED = 2;

/** One that is collected: the task that gave it and what is read of it. */
export interface Collected {
  readonly task: number;
  readonly text: string;
}

/** Characters of outputs that fit one turn at the step beside what its role is told. */
export function roomFor(
  { plan, definition, state }: { readonly plan: RunSetup; readonly definition: Definition; readonly state: RunState },
  step: number,
): number {
  const report = state.engineReport as { readonly model?: { readonly contextTokens?: number } } | null;
  const context = report?.model?.contextTokens ?? CONTEXT_TOKENS;
  const briefs = definition.inUse(plan.steps[step]?.roleIndex ?? 0);
  const rest = Math.max(
    ...briefs.map(({ maxTokens, prompt }) => maxTokens + Math.ceil(prompt.length / CHARACTERS_A_TOKEN)),
  );
  return Math.max(LEAST_CHARACTERS, (context - SPARE_TOKENS - rest) * CHARACTERS_A_TOKEN);
}

/** In their order, as many together as there is room for. */
export function inParts(given: readonly Collected[], room: number): Collected[][] {
  const parts: Collected[][] = [];
  let characters = 0;
  for (const each of given) {
    const part = parts.at(-1);
    const length = each.text.length + 1;
    if (part && (characters + length <= room || part.length < LEAST_COLLECTED)) {
      part.push(each);
      characters += length;
    } else {
      parts.push([each]);
      characters = length;
    }
  }
  // One by itself would be summed up alone: it goes with those before it.
  const [alone] = parts.length > 1 && parts.at(-1)?.length === 1 ? (parts.pop() ?? []) : [];
  if (alone) parts.at(-1)?.push(alone);
  return parts;
}
