/** Masked outputs that go the ways of a flow that the real ones went: what a `where` looks at is kept to what its conditions tell of it. */
import {
  type Condition,
  isRecord,
  NO_ITEM,
  passes,
  type Test,
  testsOf,
  valueIn,
  wayTo,
  WHOLE_TEXT,
} from '../../swarm/where.ts';

/**
 * The mask, with other fillers in fields of which a condition would say something else than of the output. They are made of what the conditions
 * name, and of nothing of the output. A field for which none is found stays as it is.
 * @param fits whether an output is one that the step could give
 */
export function alike(
  output: unknown,
  mask: unknown,
  conditions: readonly Condition[],
  fits: (output: unknown) => boolean,
): unknown {
  // Fields of the input are masked by themselves.
  const all = conditions.flatMap(testsOf).filter(({ input }) => input === undefined);
  let kept = mask;
  for (const field of new Set(all.map((test) => test.field))) {
    const tests = all.filter((test) => test.field === field);
    const same = (given: unknown): boolean =>
      tests.every((test) => passes(test, given, NO_ITEM) === passes(test, output, NO_ITEM));
    if (same(kept)) continue;
    for (const filler of fillers(tests, output, valueIn(kept, field))) {
      const tried = withField(kept, field, filler);
      if (!same(tried) || !fits(tried)) continue;
      kept = tried;
      break;
    }
  }
  return kept;
}

/** What may stand in a field of which these tests say what they say of the output. */
function fillers(tests: readonly Test[], output: unknown, now: unknown): unknown[] {
  const named = tests.flatMap((test): unknown[] => (test.kind === 'is' ? [...test.values] : [test.value]));
  const contained = (holds: boolean): unknown[] =>
    tests.flatMap((test) => (test.kind === 'contains' && passes(test, output, NO_ITEM) === holds ? [test.value] : []));
  const held = contained(true);
  if (Array.isArray(now)) {
    const others = contained(false);
    const rest = now.filter((each) => !others.includes(each) && !held.includes(each));
    return [[...rest, ...held], [...rest.slice(held.length), ...held], held];
  }
  const parts = held.map(String);
  const texts = [parts.join(' '), `${typeof now === 'string' ? now : ''} ${parts.join(' ')}`, '?', '0', ''];
  const numbers = named.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const near = numbers.flatMap((value, k) => [
    value,
    value + 1,
    value - 1,
    (value + (numbers[k + 1] ?? value + 1)) / 2,
  ]);
  return [...(typeof now === 'number' ? near : texts), ...named];
}

/** The output with that in the field; as it was where it has no such field. */
function withField(output: unknown, field: string, value: unknown): unknown {
  if (typeof output === 'string') return field === WHOLE_TEXT ? value : output;
  const put = (at: unknown, [name, ...rest]: readonly string[]): unknown => {
    if (name === undefined) return value;
    return isRecord(at) && Object.hasOwn(at, name) ? { ...at, [name]: put(at[name], rest) } : at;
  };
  return put(output, wayTo(output, field));
}
