/** What must hold for the rows of a run, whatever the model said: every line once, each with a valid output or a named failure. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Validator, type Schema } from '@cfworker/json-schema';
import { expect } from '@playwright/test';
import { parse } from 'yaml';
import type { ResultRow } from '../../src/store/records.ts';
import { root } from '../../tools/dev/workspace.mjs';

export const swarmFile = (name: string): string => path.join(root, 'public/swarms', name);

/** The output schema of one role, as the swarm file has it. */
export function schemaOf(swarm: string, role: string): Schema {
  const { roles } = parse(readFileSync(swarm, 'utf8')) as { roles: Record<string, { output: Schema }> };
  return roles[role]!.output;
}

export function rowsOf(jsonLines: Buffer | string): ResultRow[] {
  const text = jsonLines.toString('utf8');
  expect(text === '' || text.endsWith('\n'), 'the last line ends').toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ResultRow);
}

/** Each line of the input is there once, in order, and ended in exactly one of the two ways. */
export function expectEveryLineOnce(rows: readonly ResultRow[], lines: readonly string[]): void {
  expect(rows.map((row) => row.line)).toEqual(lines.map((_, k) => k + 1));
  expect(rows.map((row) => row.input)).toEqual(lines);
  for (const row of rows) {
    if (row.failure === null) expect(row.output, `line ${row.line}`).not.toBeNull();
    else {
      expect(row.output, `line ${row.line}`).toBeNull();
      expect(row.failure, `line ${row.line}`).toMatch(/^[a-z]/i);
    }
    expect(row.agent, `line ${row.line}`).toMatch(/^\S+$/);
    expect(row.attempts, `line ${row.line}`).toBeGreaterThan(0);
    expect(row.tokens, `line ${row.line}`).toBeGreaterThan(0);
  }
}

/** Outputs meet the role's schema, by a validator that the product's own verdict did not pick, and copy what they must copy. */
export function expectValidOutputs(rows: readonly ResultRow[], swarm: string): void {
  const validator = new Validator(schemaOf(swarm, 'triager'), '2020-12', false);
  for (const { output, input, line } of rows.filter((row) => row.failure === null)) {
    expect(validator.validate(output).errors, `line ${line}: ${JSON.stringify(output)}`).toEqual([]);
    expect(input, `line ${line}`).toContain((output as { subject: string }).subject);
  }
}
