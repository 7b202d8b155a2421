/** The published JSON Schema of the swarm file, for editors that complete and check while a person types. */
import { toJsonSchema } from '@valibot/to-json-schema';
import { SwarmSchema } from './model.ts';
import { OutputSchemaSchema } from './output-schema.ts';
import { WhereSchema } from './where.ts';

/** The text of public/swarm.schema.json. */
export function publishedSchema(): string {
  const schema = toJsonSchema(SwarmSchema, {
    target: 'draft-2020-12',
    // What a person may write: defaults absent, quantities with units. Where the code goes on to convert, the schema stops.
    typeMode: 'input',
    definitions: { output: OutputSchemaSchema, where: WhereSchema },
  });
  const { $schema, ...rest } = schema;
  const title = {
    title: 'Planaria swarm file',
    description: 'Version 1. Written by tools/swarm/schema.mjs from src/swarm/model.ts.',
  };
  return `${JSON.stringify({ $schema, ...title, ...rest }, null, 2)}\n`;
}
