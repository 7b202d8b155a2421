import type { Answers, Pace, RunFrame, RunStatus } from '../protocol/protocol.ts';
import type { ReplaySession } from '../replay/session.ts';

export interface WatchedReplay extends Answers<'run'> {
  unwatch(): Promise<void>;
  setPace(runId: string, pace: Pace): void;
}

/** A replay as the page sees any other run: it can be looked at in every way, paused and gone on with, but not changed. */
export function replayApi(session: ReplaySession): WatchedReplay {
  const { runtime } = session;
  let pace: Exclude<Pace, 0> = 1;
  const setPace = (runId: string, wanted: Pace): void => {
    if (runId !== session.id) return;
    if (wanted !== 0) pace = wanted;
    session.pace = wanted;
  };
  const told = (status: RunStatus): RunStatus => {
    const replay = session.info();
    const stands = replay.pace === 0 && !session.over;
    return { ...status, phase: stands ? 'paused' : status.phase, replay };
  };
  const refuse = () => Promise.resolve({ ok: false, code: 'replay' } as const);
  const shown = (frame: RunFrame): RunFrame => ({ ...frame, status: told(frame.status) });
  return {
    open: (runId) => runtime.open(runId),
    watch: (runId, onFrame) => runtime.watch(runId, (frame) => onFrame(shown(frame))),
    unwatch: () => {
      session.pace = 0;
      return runtime.unwatch();
    },
    pause: (runId) => Promise.resolve(setPace(runId, 0)),
    resume: (runId) => Promise.resolve(setPace(runId, pace)),
    cancel: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    results: (runId, query) => runtime.results(runId, query),
    answer: (runId) => runtime.answer(runId),
    place: (runId, line) => runtime.place(runId, line),
    agent: (runId, agent) => runtime.agent(runId, agent),
    timeline: (runId) => runtime.timeline(runId),
    moment: async (runId, at) => shown(await runtime.moment(runId, at)),
    export: (runId, kind) => runtime.export(runId, kind),
    rowTexts: (runId, format, after) => runtime.rowTexts(runId, format, after),
    decide: refuse,
    act: refuse,
    allowRemote: refuse,
    breakSomething: () => Promise.resolve({ landed: false, detail: { code: 'replay' } }),
    playFaults: () => Promise.resolve([]),
    setPace,
  };
}
