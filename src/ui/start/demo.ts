import type { ExampleSwarm } from '../../runtime/protocol/protocol.ts';

/** The example behind the one button: it brings its input and runs on the built-in model; the largest such swarm. */
export function demoOf(examples: readonly ExampleSwarm[]): ExampleSwarm | null {
  const complete = examples.filter(
    ({ summary }) => summary.input.from === 'example' && summary.model.includes('pocket'),
  );
  return complete.reduce<ExampleSwarm | null>(
    (most, one) => (most && most.summary.agents >= one.summary.agents ? most : one),
    null,
  );
}
