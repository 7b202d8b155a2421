/** What an afflicted turn says: answers of the right form with the wrong content, and text that goes round in circles. */

const CYCLE = 'and then again ';
/** Text of a turn that goes round in circles, of about `tokens` tokens. */
export const looped = (tokens: number): string => CYCLE.repeat(Math.ceil((tokens * 4) / CYCLE.length));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

/** An answer that the schema allows and the question does not: every choice is another one, every yes a no. */
export function poisoned(text: string, schema: string | undefined, votesOnly: boolean): string {
  if (schema === undefined) return text;
  try {
    return JSON.stringify(turned(JSON.parse(text), JSON.parse(schema) as Schema, votesOnly));
  } catch {
    // Not JSON: nothing to turn round.
    return text;
  }
}

function turned(value: unknown, schema: Schema, votesOnly: boolean): unknown {
  if (typeof value === 'boolean') return !value;
  if (schema.enum && schema.enum.length > 1 && !votesOnly)
    return schema.enum[(schema.enum.indexOf(value) + 1) % schema.enum.length];
  if (typeof value === 'object' && value !== null && schema.properties) {
    const properties = schema.properties;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, turned(part, properties[name] ?? {}, votesOnly)]),
    );
  }
  return value;
}
