import type { SwarmSummary } from '../../swarm/summary.ts';
import type { ExampleSwarm } from '../protocol/protocol.ts';

/** An example as public/swarms/index.json tells of it: tools/swarm/index.mjs writes that from the files, so that no parser is needed here. */
interface ListedExample {
  readonly file: string;
  readonly summary: SwarmSummary;
}

/** The swarm files and inputs that come with the product. */
export interface ExampleSource {
  /** In the order in which people should see them. */
  list(): Promise<readonly ListedExample[]>;
  swarm(file: string): Promise<string>;
  input(name: string): Promise<string>;
}

/** Examples as static files beside the page. Rejects with an error that names the file. */
export function fetchedExamples(base: URL): ExampleSource {
  const read = async (path: string): Promise<string> => {
    const response = await fetch(new URL(path, base));
    if (!response.ok) throw new Error(`${path} could not be read: HTTP ${String(response.status)}`);
    return response.text();
  };
  return {
    list: async () => (JSON.parse(await read('swarms/index.json')) as { swarms: ListedExample[] }).swarms,
    swarm: (file) => read(`swarms/${file}`),
    input: (name) => read(`swarms/inputs/${name}`),
  };
}

/** Every example with its summary; one that cannot be read is left out. */
export async function exampleSwarms(source: ExampleSource): Promise<ExampleSwarm[]> {
  const listed = await source.list();
  const texts = await Promise.all(listed.map(({ file }) => source.swarm(file).catch(() => '')));
  return listed.flatMap(({ file, summary }, index): ExampleSwarm[] => {
    const text = texts[index] ?? '';
    return text === '' ? [] : [{ id: file.replace(/\.[^.]*$/, ''), file, text, summary }];
  });
}
