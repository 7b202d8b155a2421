/** Kinds of items, and who waits in which line: the same as with plain maps and lists. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KIND, StepKinds, textKey } from './step-kinds.ts';

test('whatever is said in whichever order, lines and kinds are those of plain maps', () => {
  const step = fc.record({ task: fc.nat(400), key: fc.nat(60), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
      const kinds = new StepKinds();
      const byKey = new Map<number, number>();
      const kindOf = new Map<number, number | null>();
      const lines = new Map<number, number[]>();
      for (const { task, key, take } of steps) {
        const large = key * 2 ** 45 + key;
        if (!byKey.has(key)) {
          expect(kinds.find(large)).toBeUndefined();
          byKey.set(key, kinds.add(large));
        }
        const kind = kinds.find(large) as number;
        expect(kind).toBe(byKey.get(key));
        const line = lines.get(kind) ?? [];
        lines.set(kind, line);
        if (take) {
          expect(kinds.take(kind)).toBe(line.shift());
        } else if (!kindOf.has(task)) {
          expect(kinds.of(task)).toBeUndefined();
          const none = key === 0;
          kindOf.set(task, none ? null : kind);
          kinds.put(task, none ? null : kind);
          if (!none) {
            kinds.wait(task, kind);
            kinds.wait(task, kind);
            line.push(task);
          }
        }
        expect(kinds.hasWaiting(kind)).toBe(line.length > 0);
      }
      for (const [task, kind] of kindOf) expect(kinds.of(task)).toBe(kind);
      expect(kinds.size).toBe(byKey.size);
      expect(kinds.waiting).toBe([...lines.values()].reduce((sum, line) => sum + line.length, 0));
    }),
  );
});

test('a kind keeps who is asked for it, how that stands, and how many failed, however many kinds there are', () => {
  const kinds = new StepKinds();
  const all = Array.from({ length: 5000 }, (_, k) => kinds.add(textKey(`kind ${String(k)}`)));
  for (const kind of all) {
    expect([kinds.state(kind), kinds.first(kind)]).toEqual([KIND.open, -1]);
    kinds.set(kind, KIND.asked, kind * 3);
    if (kind % 2 === 0) expect([kinds.failed(kind), kinds.failed(kind)]).toEqual([1, 2]);
  }
  for (const kind of all) {
    kinds.set(kind, KIND.known);
    expect([kinds.state(kind), kinds.first(kind), kinds.failed(kind)]).toEqual([
      KIND.known,
      kind * 3,
      kind % 2 ? 1 : 3,
    ]);
  }
  for (const k of all.keys()) expect(kinds.find(textKey(`kind ${String(k)}`))).toBe(all[k]);
});

test('equal texts have equal keys, whole numbers that a double holds; other texts have others', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(Number.isSafeInteger(textKey(a))).toBe(true);
      expect(textKey(a) === textKey(b)).toBe(a === b);
    }),
  );
});
