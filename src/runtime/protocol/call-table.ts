/**
 * A table of calls, one entry each: from it follow, in type and in code, the methods of the side that asks (`asking`) and the dispatch of
 * the side that answers (`answering`). A call without an answer is a type error.
 */

/**
 * How long the page waits for an answer before it takes the worker for dead. `quick`: commands and questions. `slow`: what waits for work
 * of its own, such as downloads, GPU processes, thousands of rows. `unlimited`: as long as the network takes; nobody waits for it.
 */
export type Deadline = 'quick' | 'slow' | 'unlimited';

/** Where a call keeps its types; at run time there is nothing. */
declare const TYPES: unique symbol;

export interface Call<Part extends string = string, Given extends readonly unknown[] = never, Answer = unknown> {
  /** Who answers. */
  readonly part: Part;
  readonly deadline: Deadline;
  readonly [TYPES]?: (...given: Given) => Promise<Answer>;
}

export type CallTable = Readonly<Record<string, Call>>;

type MethodOf<C> = C extends Call<string, infer Given, infer Answer> ? (...given: Given) => Promise<Answer> : never;
type PartOf<Table extends CallTable> = Table[keyof Table]['part'];

/** Every call of the table as a method. */
export type ApiOf<Table extends CallTable> = { readonly [Name in keyof Table]: MethodOf<Table[Name]> };

/** The calls that one part answers, or each of several. */
export type AnswersOf<Table extends CallTable, Part extends PartOf<Table>> = {
  readonly [Name in keyof Table as Table[Name]['part'] extends Part ? Name : never]: MethodOf<Table[Name]>;
};

/** The first argument, where all calls of a part have it. */
type FirstOf<Table extends CallTable, Part extends PartOf<Table>> =
  Parameters<AnswersOf<Table, Part>[keyof AnswersOf<Table, Part>]> extends readonly [infer First, ...unknown[]]
    ? First
    : unknown;

/** Gives the answers of each part. May fetch them, and may choose them by what the call is about: its first argument. */
export type Parts<Table extends CallTable> = {
  readonly [Part in PartOf<Table>]: (
    about: FirstOf<Table, Part>,
  ) => AnswersOf<Table, Part> | Promise<AnswersOf<Table, Part>>;
};

/** Makes entries of calls that `part` answers: `entry<arguments, answer>(deadline)`; where the answer says only that it is done, without. */
export const answeredBy =
  <Part extends string>(part: Part) =>
  <Given extends readonly unknown[], Answer = void>(deadline: Deadline = 'quick'): Call<Part, Given, Answer> => ({
    part,
    deadline,
  });

type Method = (...given: unknown[]) => Promise<unknown>;

/** A method for each call of the table; all of them go through `ask`. */
export function asking<Table extends CallTable>(
  table: Table,
  ask: (name: keyof Table & string, given: readonly unknown[]) => Promise<unknown>,
): ApiOf<Table> {
  const methods = Object.keys(table).map((name): [string, Method] => [name, (...given) => ask(name, given)]);
  // A loop over names cannot tell the type of each.
  return Object.fromEntries(methods) as unknown as ApiOf<Table>;
}

/** Answers each call of the table with the method of that name of its part. */
export function answering<Table extends CallTable>(table: Table, parts: Parts<Table>): ApiOf<Table> {
  type Answers = Readonly<Record<keyof Table, Method>>;
  const from = parts as unknown as Readonly<Record<PartOf<Table>, (about: unknown) => Answers | Promise<Answers>>>;
  return asking(table, async (name, given) => {
    const { part } = table[name] as Table[keyof Table];
    return (await from[part as PartOf<Table>](given[0]))[name](...given);
  });
}
