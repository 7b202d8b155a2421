import { answering } from '../protocol/call-table.ts';
import { CALLS } from '../protocol/calls.ts';
import { type Answers, type PageApi, REPLAY_PREFIX } from '../protocol/protocol.ts';

/** What answers for links and replays, once it is fetched. */
export interface LinkServer extends Answers<'links'> {
  /** Answers for the replay of that id; null where it is gone. */
  replays(runId: string): Answers<'run'> | null;
  /** Nobody looks at the replay any more: it waits. */
  unwatch(): Promise<void>;
}

/** Who answers the page's calls. */
export interface PageParts {
  readonly startScreen: Answers<'startScreen'>;
  readonly storage: Answers<'storage'>;
  /** These are fetched with the first call that needs them; what could not be fetched is fetched again with the next. */
  readonly runtime: () => Promise<Answers<'runtime' | 'run'>>;
  readonly links: () => Promise<LinkServer>;
}

const isReplay = (runId: string): boolean => runId.startsWith(REPLAY_PREFIX);

/** Each call to the part that answers it; calls about a run whose id is a replay's to that replay. One run or replay is watched at a time. */
export function pageApi({ startScreen, storage, runtime, links: load }: PageParts): PageApi {
  let loaded: Promise<LinkServer> | null = null;
  const links = (): Promise<LinkServer> => {
    loaded ??= load().catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
  const replay = async (runId: string) => (await loaded)?.replays(runId) ?? null;
  const run = async (runId: string): Promise<Answers<'run'>> => {
    if (!isReplay(runId)) return runtime();
    const found = await replay(runId);
    if (!found) throw new Error(`There is no replay ${runId} in this tab any more.`);
    return found;
  };
  const api = answering(CALLS, { startScreen: () => startScreen, storage: () => storage, runtime, run, links });
  return {
    ...api,
    open: async (runId) => (isReplay(runId) && !(await replay(runId)) ? false : api.open(runId)),
    watch: async (runId, onFrame) => {
      await (isReplay(runId) ? api.unwatch() : loaded && (await loaded).unwatch());
      return api.watch(runId, onFrame);
    },
    unwatch: async () => {
      await api.unwatch();
      await (loaded && (await loaded).unwatch());
    },
  };
}
