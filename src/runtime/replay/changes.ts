/** What was changed while a run went on, in an incident: tasks that were created, and revisions of what agents are told and held to. */
import * as v from 'valibot';
import { type Revision, Revisions } from '../../journal/revisions.ts';
import type { InputItem } from '../../swarm/input/read-input.ts';
import { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import { maskLines } from './mask.ts';
import type { SchemasOf } from './mask-run.ts';
import type { RecordedRevision, RecordedTask } from './recorded.ts';

const MAX_CREATED = 100_000;
/** Tasks that one comes from, and characters of its text; what is beyond is left out. */
const MAX_FROM = 10_000;
const MAX_TEXT = 100_000;
const MAX_REVISIONS = 1000;
const MAX_AGENTS = 100_000;

const ms = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(31 * 86_400_000));
const whole = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));

export const CreatedTasks = v.pipe(
  v.array(
    v.strictObject({
      at: ms,
      from: v.pipe(v.array(whole(1e9)), v.maxLength(MAX_FROM)),
      text: v.pipe(v.string(), v.maxLength(MAX_TEXT)),
      stage: v.exactOptional(whole(63)),
    }),
  ),
  v.maxLength(MAX_CREATED),
);

export const ToldRevisions = v.pipe(
  v.array(
    v.strictObject({
      at: ms,
      revision: whole(MAX_REVISIONS),
      from: whole(MAX_REVISIONS),
      /** By role, fields as a swarm file names them; `problemIn` looks at each. */
      roles: v.record(v.pipe(v.string(), v.maxLength(32)), v.record(v.string(), v.unknown())),
      agents: v.union([
        v.literal('all'),
        v.pipe(v.array(whole(1e6)), v.maxLength(MAX_AGENTS)),
        v.strictObject({ share: v.pipe(v.number(), v.minValue(0), v.maxValue(1)) }),
      ]),
    }),
  ),
  v.maxLength(MAX_REVISIONS),
);

/** What of it an incident may hold. */
export function boundedTasks(created: readonly RecordedTask[], texts: readonly InputItem[]) {
  return created.slice(0, MAX_CREATED).map((task, k) => ({
    ...task,
    from: task.from.slice(0, MAX_FROM),
    text: (texts[k]?.text ?? '').slice(0, MAX_TEXT),
  }));
}

/** See `boundedTasks`. Without the input, prompts become placeholders of the same length: what was revised may quote it. */
export function boundedRevisions(revisions: readonly RecordedRevision[], withInput: boolean) {
  return revisions.slice(0, MAX_REVISIONS).map((one) => ({
    ...one,
    roles: Object.fromEntries(
      Object.entries(one.roles).map(([name, change]) => [name, withInput ? { ...change } : masked(change)]),
    ),
    agents: Array.isArray(one.agents) ? one.agents.slice(0, MAX_AGENTS) : (one.agents as 'all' | { share: number }),
  }));
}

function masked({ prompt, ...rest }: Revision['roles'][string]): Record<string, unknown> {
  return typeof prompt === 'string' ? { ...rest, prompt: maskLines([prompt])[0] } : rest;
}

/** What is wrong with the revisions of a recording where they are none of this swarm's; null where they are. */
export function problemInRevisions(setup: RunSetup, told: readonly RecordedRevision[]): string | null {
  const revisions = new Revisions(setup.layout.agents);
  const definition = new Definition(setup, { revisions });
  for (const one of told) {
    const problem = definition.problemIn(one);
    if (problem !== null) return problem;
    revisions.apply(one);
  }
  return null;
}

/** Schemas that outputs of a step may be of, at whichever revision: that of the swarm file first. */
export function schemasOfSteps(setup: RunSetup, told: readonly RecordedRevision[]): SchemasOf {
  const revisions = new Revisions(setup.layout.agents);
  for (const one of told) revisions.apply(one);
  const definition = new Definition(setup, { revisions });
  return (step) => {
    const role = setup.steps[step]?.roleIndex;
    if (role === undefined) return [];
    const outputs = [0, ...revisions.list.map((_, k) => k + 1)].map((revision) => definition.at(role, revision).output);
    return [...new Set(outputs)].filter((output) => output !== null);
  };
}
