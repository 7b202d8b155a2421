import { Ladder, type Step } from '../../healing/ladder.ts';
import type { Lifecycle } from '../../healing/lifecycle.ts';
import type { FromMonitor, FromRecover, Tap } from '../../healing/messages.ts';
import { Monitor, MONITOR_DEFAULTS } from '../../healing/monitor.ts';
import { Recover, RECOVER_DEFAULTS } from '../../healing/recover.ts';
import type { StepRecord } from '../../healing/step-record.ts';
import { DEFAULT_SUPERVISION, SupervisionTree } from '../../healing/supervision.ts';
import { givenThresholds } from '../../healing/thresholds.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Random } from '../../kernel/random.ts';
import { REMOTE_MODEL } from '../../swarm/model.ts';
import type { Actuator } from '../turns/actuator.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';

/** How a run is supervised; everything has a default. */
export interface HealingSettings {
  /** Share of turns that may be asked twice because nobody has answered the like before; 0 = never. */
  readonly audit?: number;
  /** Steps to choose from, e.g. a ladder of one rung to compare with. */
  readonly ladder?: readonly Step[];
  /** Stands between the parts of the supervisor: where chaos enters. */
  readonly tap?: Tap;
}

/** Networks and servers that many share pause for longer than a GPU of one's own, ms. */
const REMOTE_SILENCE_MS = 10_000;

/** MONITOR for a run as its plan describes it; `audit`: see `HealingSettings`. */
export function monitorOf(
  plan: RunSetup,
  definition: Definition,
  state: RunState,
  audit: number | undefined,
  random: Random,
  post: (message: FromMonitor) => void,
): Monitor {
  const { layout, supervision } = plan;
  const options = {
    ...MONITOR_DEFAULTS,
    ...(audit !== undefined && { audit }),
    // By the model and not by the engine: a replay hears the same turns.
    ...(plan.settings.model.id === REMOTE_MODEL && { sharesSteps: false, leastSilenceMs: REMOTE_SILENCE_MS }),
    agents: state.agents.size,
    tasks: state.tasks.size,
    thresholds: givenThresholds(supervision.thresholds),
    roles: layout.roles.map(({ name }) => ({ name })),
    briefAt: (role: number, revision: number) => definition.at(role, revision),
  };
  return new Monitor(options, random, post);
}

export interface RecoverParts {
  readonly actuator: Actuator;
  readonly life: Lifecycle;
  /** Absent: the product's own. */
  readonly ladder: readonly Step[] | undefined;
  /** What is known of the ladder's steps already. */
  readonly learned: StepRecord;
}

/** RECOVER for a run as its plan describes it; `name` tells its cases and orders from those of others. */
export function recoverOf(
  plan: RunSetup,
  name: string,
  { actuator, life, ladder, learned }: RecoverParts,
  random: Random,
  post: (message: FromRecover) => void,
): Recover {
  const { roles } = plan.layout;
  const { intensity, period } = plan.supervision;
  const tree = new SupervisionTree(
    roles.map(({ name: role, firstAgent, replicas }) => ({ name: role, first: firstAgent, count: replicas })),
    { ...DEFAULT_SUPERVISION, intensity, periodMs: period },
    random,
  );
  const options = {
    ...RECOVER_DEFAULTS,
    life: name,
    canEscalate: (agent: number) => actuator.canEscalate(agent),
    hasStandby: (agent: number) => actuator.others(agent) > 0,
  };
  return new Recover(options, { ladder: new Ladder(ladder, learned), tree, life }, random, post);
}
