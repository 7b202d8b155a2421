/** `$ref` within one output: what it names, and what stands in the way of writing it out. */
import { childrenOf, type OutputSchema } from './output-schema.ts';

const FORM = /^#\/(\$defs|definitions)\/([^/]+)$/;

/** Schemas of an output with its references written out: they could double at every step. */
export const MOST_SCHEMAS = 2000;

/** Definitions of an output: each could lead to the next. */
export const MOST_DEFINITIONS = 256;

/** The schema that a reference names; undefined: none. */
export function referredTo(root: OutputSchema, reference: string): OutputSchema | undefined {
  const [, key, given = ''] = FORM.exec(reference) ?? [];
  if (key === undefined) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(given).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
  const named = root[key as '$defs' | 'definitions'];
  return named && Object.hasOwn(named, name) ? named[name] : undefined;
}

/** What a reference could name, as it is written. */
export function references({ $defs = {}, definitions = {} }: OutputSchema): string[] {
  return [
    ...Object.keys($defs).map((name) => `#/$defs/${name}`),
    ...Object.keys(definitions).map((name) => `#/definitions/${name}`),
  ];
}

/**
 * The references that lead from one back to itself, as `#/$defs/node -> #/$defs/node`; null where it comes to an end. Definitions within a
 * schema are no part of its values, so they are not followed.
 */
export function circleFrom(root: OutputSchema, reference: string): string | null {
  const ended = new Set<string>();
  const follow = (current: string, trail: readonly string[]): string | null => {
    if (trail.includes(current)) return current === reference ? [...trail, current].join(' -> ') : null;
    if (ended.has(current)) return null;
    const target = referredTo(root, current);
    const found = target ? look(target, [...trail, current]) : null;
    ended.add(current);
    return found;
  };
  const look = (schema: OutputSchema, trail: readonly string[]): string | null => {
    if (schema.$ref !== undefined) return follow(schema.$ref, trail);
    for (const [[key], child] of childrenOf(schema)) {
      if (key === '$defs' || key === 'definitions') continue;
      const found = look(child, trail);
      if (found !== null) return found;
    }
    return null;
  };
  return follow(reference, []);
}

/** Whether any of its references leads back to itself. Each schema is looked at once. */
export function goesRound(root: OutputSchema): boolean {
  const ended = new Set<OutputSchema>();
  const open = new Set<OutputSchema>();
  const look = (schema: OutputSchema): boolean => {
    if (ended.has(schema)) return false;
    if (open.has(schema)) return true;
    open.add(schema);
    const target = schema.$ref === undefined ? undefined : referredTo(root, schema.$ref);
    const found =
      (target !== undefined && look(target)) ||
      Array.from(childrenOf(schema)).some(
        // Definitions are no part of what they stand in, and are looked at where they are referred to.
        ([[key], child]) => key !== '$defs' && key !== 'definitions' && look(child),
      );
    open.delete(schema);
    ended.add(schema);
    return found;
  };
  const definitions = [root.$defs, root.definitions].flatMap((named) => Object.values(named ?? {}));
  return [root, ...definitions].some(look);
}

/** Schemas with all references written out, counted as far as the limit. */
export function sizeWrittenOut(root: OutputSchema): number {
  const known = new Map<OutputSchema, number>();
  const open = new Set<OutputSchema>();
  const size = (schema: OutputSchema): number => {
    const before = known.get(schema);
    // A circle is told elsewhere.
    if (before !== undefined || open.has(schema)) return before ?? 0;
    open.add(schema);
    let sum = 1;
    const target = schema.$ref === undefined ? undefined : referredTo(root, schema.$ref);
    if (target) sum += size(target);
    for (const [[key], child] of childrenOf(schema)) if (key !== '$defs' && key !== 'definitions') sum += size(child);
    open.delete(schema);
    known.set(schema, Math.min(sum, MOST_SCHEMAS + 1));
    return Math.min(sum, MOST_SCHEMAS + 1);
  };
  return size(root);
}
