import type { LinkApi } from '../protocol/links.ts';
import { REPLAY_PREFIX } from '../protocol/links.ts';
import type { PageApi, RuntimeApi } from '../protocol/protocol.ts';

/** What answers for links and replays, once it is fetched. */
export interface LinkServer extends LinkApi {
  replays(runId: string): RuntimeApi | null;
  unwatch(): Promise<void>;
}

type Call = (...given: unknown[]) => unknown;

/** Puts links beside the rest: calls about a replay's id go to that replay, all others where they always went. */
export function withLinks(api: Omit<PageApi, keyof LinkApi>, load: () => Promise<LinkServer>): PageApi {
  let loaded: Promise<LinkServer> | null = null;
  const links = (): Promise<LinkServer> => {
    loaded ??= load().catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
  const about: LinkApi = {
    share: async (what, withInput) => (await links()).share(what, withInput),
    incident: async (runId, withInput) => (await links()).incident(runId, withInput),
    read: async (source) => (await links()).read(source),
    replay: async (source) => (await links()).replay(source),
    pace: async (runId, pace) => (await links()).pace(runId, pace),
  };
  const routed = Object.entries(api as unknown as Record<string, Call>).map(([name, call]): [string, Call] => [
    name,
    async (...given) => {
      const [first] = given;
      if (typeof first !== 'string' || !first.startsWith(REPLAY_PREFIX)) return call(...given);
      const replay = loaded && (await loaded).replays(first);
      if (replay) return (replay[name as keyof RuntimeApi] as Call)(...given);
      if (name === 'open') return false;
      throw new Error(`There is no replay ${first} in this tab any more.`);
    },
  ]);
  return {
    ...(Object.fromEntries(routed) as unknown as typeof api),
    ...about,
    watch: async (runId, onFrame) => {
      if (!runId.startsWith(REPLAY_PREFIX)) {
        await (loaded && (await loaded).unwatch());
        return api.watch(runId, onFrame);
      }
      await api.unwatch();
      const replay = loaded && (await loaded).replays(runId);
      if (!replay) throw new Error(`There is no replay ${runId} in this tab any more.`);
      return replay.watch(runId, onFrame);
    },
    unwatch: async () => {
      await api.unwatch();
      await (loaded && (await loaded).unwatch());
    },
  };
}
