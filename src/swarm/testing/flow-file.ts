/** Swarm files that differ in their flow alone, and what is said of them. */
import { formatDiagnostic, parseSwarm } from '../parse.ts';

const ROLES = `planaria: 1
name: Graph
roles:
  triager:
    prompt: a
    output:
      type: object
      properties:
        severity: {enum: [debug, info, warning, error, critical]}
        subject: {type: string}
        count: {type: integer}
        urgent: {type: boolean}
        tags: {type: array, items: {type: string}}
        place: {type: object, properties: {host: {type: string}, port: {type: [integer, "null"]}}}
      required: [severity, subject]
  writer: {prompt: b}
  judge: {prompt: c, kind: guardian}
flow:
`;

/** @param head the file up to its steps; lines and columns are told of the whole */
export const fileOf = (steps: readonly string[], head = ROLES): string =>
  head + steps.map((step) => `  - ${step}\n`).join('');

/** Each fault without the name of the file. */
export function saidOf(text: string): string[] {
  const parsed = parseSwarm('f', text);
  return parsed.ok ? [] : parsed.error.map((each) => formatDiagnostic(each).replace(/^f:/, ''));
}
