/** A role with some of its fields replaced while a run goes on. Who there is and who works on what stays. */
import * as v from 'valibot';
import { err, ok, type Result } from '../kernel/result.ts';
import { RoleSchema, type SwarmRole } from './model.ts';

const REVISABLE: ReadonlySet<string> = new Set<keyof SwarmRole>([
  'prompt',
  'output',
  'temperature',
  'topP',
  'limits',
  'attempts',
  'memory',
  'escalate',
]);

/**
 * @param change fields as the swarm file names them; of `limits` and `memory` those that are not named stay
 * @returns the whole role, checked as in a file; or what is wrong with the change, in a sentence
 */
export function reviseRole(role: SwarmRole, change: Readonly<Record<string, unknown>>): Result<SwarmRole, string> {
  const fixed = Object.keys(change).find((name) => !REVISABLE.has(name));
  if (fixed !== undefined) return err(`${fixed} is not for a revision to change`);
  const whole = {
    ...role,
    ...change,
    limits: within(role.limits, change, 'limits'),
    memory: within(role.memory, change, 'memory'),
  };
  const parsed = v.safeParse(RoleSchema, whole);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return err(`${v.getDotPath(issue) ?? 'the role'}: expected ${issue.message}`);
  }
  // The same schema stays the same object: by that it is told that answers can be compared.
  return ok(
    'output' in change || role.output === undefined ? parsed.output : { ...parsed.output, output: role.output },
  );
}

function within(own: object, change: Readonly<Record<string, unknown>>, name: string): unknown {
  const given = change[name];
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...own, ...given } : (given ?? own);
}
