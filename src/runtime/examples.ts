import { parseSwarm } from '../swarm/parse.ts';
import { summarize } from '../swarm/summary.ts';
import type { ExampleSwarm } from './protocol.ts';

/** The swarm files and inputs that come with the product. */
export interface ExampleSource {
  /** Names of swarm files, in the order in which people should see them. */
  list(): Promise<readonly string[]>;
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
    list: async () => (JSON.parse(await read('swarms/index.json')) as { swarms: string[] }).swarms,
    swarm: (file) => read(`swarms/${file}`),
    input: (name) => read(`swarms/inputs/${name}`),
  };
}

/** Every example with its summary; one that cannot be read or is broken is left out. */
export async function exampleSwarms(source: ExampleSource): Promise<ExampleSwarm[]> {
  const files = await source.list();
  const texts = await Promise.all(files.map((file) => source.swarm(file).catch(() => '')));
  return files.flatMap((file, index): ExampleSwarm[] => {
    const text = texts[index] ?? '';
    const parsed = parseSwarm(file, text);
    if (!parsed.ok) return [];
    return [{ id: file.replace(/\.[^.]*$/, ''), file, text, summary: summarize(parsed.value.swarm) }];
  });
}
