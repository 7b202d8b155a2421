import { type Engine, type EngineError, lossOf } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import { reported } from '../../journal/said.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { RateMeter } from '../../telemetry/rate.ts';
import type { EngineFigures } from '../../telemetry/report.ts';
import { EngineKeeper, type KeeperState } from '../../engine/engine-keeper.ts';
import { Escalation, type EscalationOptions, type RemoteModel } from '../../engine/escalation.ts';
import type { RemoteEndpoint } from '../../engine/endpoint.ts';
import type { StepListener } from './endpoints.ts';
import type { InFlightTurn } from '../turns/in-flight-turn.ts';
import { keeperWait } from '../storage/waits.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import { SeatScaling } from '../../healing/seat-scaling.ts';

const SAMPLE_MS = 1000;
const RATE_WINDOW_MS = 10_000;
const LAST_FIGURES_MS = 2000;

export interface EngineRoomOptions {
  readonly clock: Clock;
  readonly plan: RunSetup;
  readonly state: RunState;
  /** Sets names given by one writer apart from those of another. */
  readonly fence: number;
  readonly createEngine: (onStep: StepListener) => Engine;
  /** Engines for bigger models, beside the run's own. */
  readonly createBeside: () => Engine;
  readonly createRemote: (endpoint: RemoteEndpoint, onStep: StepListener) => RemoteModel;
  /** See `EscalationOptions`. */
  readonly models: EscalationOptions['models'];
  /** The autoscaler is not asked. */
  readonly fixedSeats: boolean;
  readonly tell: (event: EventBody) => unknown;
  /** Nothing more happens in this run. */
  readonly isOver: () => boolean;
  /** Turns are being handed out, so that load says something. */
  readonly isWorking: () => boolean;
  /** Turns that engines hold, and how many wait for nothing but a seat. */
  readonly inFlight: () => readonly Readonly<InFlightTurn>[];
  readonly waiting: () => number;
  /** Agents that sit on the GPU between turns. */
  readonly parked: () => number;
  /** So many agents may sit on the GPU from now on. */
  readonly resize: (seats: number) => void;
  readonly onLost: (error: EngineError) => void;
  /** The engine came, went, or is on its way. */
  readonly onChange: () => void;
}

/**
 * The engines of a run: its own, kept in place and looked at once a second, how many of its seats are in use, and bigger models beside it.
 *
 * Invariants:
 * - Seats in use are at least one and never more than the engine was built for; either this side changes them or the engine does, not both.
 * - About an engine that no longer comes back a person is asked once, until the question is answered or an engine is there.
 * - A bigger model stands beside the run's own, never in its place.
 */
export class EngineRoom {
  readonly escalation: Escalation;
  readonly #with: EngineRoomOptions;
  readonly #keeper: EngineKeeper;
  readonly #scaling: SeatScaling;
  readonly #rate = new RateMeter(RATE_WINDOW_MS);
  #live: EngineFigures | null = null;
  #vramOverLimit = 0;
  #peakParked = 0;
  #sampling: Cancel = () => undefined;

  constructor(options: EngineRoomOptions) {
    this.#with = options;
    const { clock, plan, tell, resize, onChange } = options;
    const onStep: StepListener = (name, step) => {
      if (!options.isOver()) tell({ type: 'endpoint.lacks', name, ...step });
    };
    this.#scaling = new SeatScaling({ tell, resize });
    this.#keeper = new EngineKeeper({
      clock,
      create: () => options.createEngine(onStep),
      source: plan.settings.model,
      budget: plan.budget,
      onReady: (engine, report) => {
        const ms = Math.round(report.loadMs);
        tell({ type: 'engine.loaded', engine: report.engine, model: report.model.id, ms, report });
        if (engine.onSeats)
          engine.onSeats(({ because, ...change }) => {
            if (options.isOver() || engine !== this.engine) return;
            tell({ type: 'seats.changed', ...change, because: { code: because } });
            resize(change.to);
          });
        else this.#scaling.begin(report);
        void this.#look(engine);
      },
      onLost: (error) => {
        this.#lost(error);
      },
      onChange,
    });
    this.escalation = new Escalation({
      clock,
      createEngine: options.createBeside,
      createRemote: (endpoint) => options.createRemote(endpoint, onStep),
      models: options.models,
      budget: plan.budget,
      own: plan.settings.model.id,
      vram: () => (this.engine ? (this.#live?.vram ?? null) : null),
    });
  }

  /** The run's own engine that takes turns now; null while there is none. */
  get engine(): Engine | null {
    return this.#keeper.engine;
  }

  get state(): KeeperState {
    return this.#keeper.state;
  }

  /** What the engine said of itself last; null before it did. */
  get figures(): EngineFigures | null {
    return this.#live;
  }

  get tokensPerSecond(): number {
    return this.#rate.perSecond();
  }

  /** Loads an engine unless one is there or on its way. */
  start(): void {
    this.#keeper.start();
  }

  /** Looks at the engine once a second from now on. */
  watch(): void {
    this.#sampling = this.#with.clock.every(SAMPLE_MS, () => {
      this.#sample();
    });
  }

  unwatch(): void {
    this.#sampling();
  }

  /** A turn came to its end: the engine does work. */
  worked(): void {
    this.#keeper.worked();
  }

  /** What engines are made of has changed. */
  renew(): void {
    this.#keeper.renew();
  }

  /** What engines were lost by is known, and comes no more. */
  absolve(): void {
    this.#keeper.absolve();
  }

  /** See `EngineKeeper.declareLost`. */
  declareLost(error: EngineError, ordered = false): void {
    this.#keeper.declareLost(error, ordered);
  }

  /** Gives up so much of the warm tier, bytes; how much it was in the end. An engine that dies meanwhile gives up nothing. */
  async freeWarm(bytes: number): Promise<number> {
    return (await this.engine?.freeWarm(bytes).catch(() => 0)) ?? 0;
  }

  /** Asks the engine for its figures once more. They are worth a moment, not more: a dying engine may never answer. */
  async lastFigures(): Promise<void> {
    const { engine } = this;
    if (engine) await Promise.race([this.#look(engine), this.#with.clock.sleep(LAST_FIGURES_MS)]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#keeper.stop(), this.escalation.stop()]);
  }

  /** An engine that no longer comes back by itself is a person's affair, and so it stays after a reload. */
  askIfStuck(): void {
    const { state, fence, tell, isOver } = this.#with;
    const kept = this.#keeper.state;
    if (kept.kind !== 'stopped' || kept.permanent || isOver() || state.notices.ofEngine()) return;
    const name = `e${String(fence)}.${String(state.seq)}`;
    const { remedy, detail } = kept.problem;
    tell({
      type: 'heal.notice',
      notice: name,
      of: 'engine',
      agent: -1,
      task: null,
      case: name,
      title: { code: 'engine-lost' },
      story: [
        { code: 'lost', loss: lossOf(kept.problem) },
        ...(detail === undefined ? [] : [reported(detail)]),
        ...(remedy === '' ? [] : [reported(remedy)]),
        { code: 'engines-lost', engines: state.totals.engineLosses },
      ],
      choices: ['retry', 'give-up'],
    });
  }

  #lost(error: EngineError): void {
    const { tell, inFlight, onLost } = this.#with;
    tell({ type: 'engine.lost', ...lossOf(error), inFlight: inFlight().length });
    onLost(error);
    const waits = keeperWait(this.#keeper.state, true);
    if (waits) tell({ type: 'run.waiting', waits });
  }

  #sample(): void {
    const { clock, state, inFlight } = this.#with;
    const live = inFlight().reduce((sum, turn) => sum + turn.tokens, 0);
    this.#rate.sample(clock.now(), state.totals.completionTokens + live);
    const { engine } = this;
    if (engine) void this.#look(engine, true);
  }

  /** `scale`: one of the regular looks, by which the autoscaler goes. */
  async #look(engine: Engine, scale = false): Promise<void> {
    const { clock, fixedSeats, isWorking, waiting, parked } = this.#with;
    try {
      const [vram, counters] = await Promise.all([engine.vram(), engine.counters()]);
      if (vram.now > vram.limit) this.#vramOverLimit++;
      this.#peakParked = Math.max(this.#peakParked, parked());
      this.#live = { vram, counters, vramOverLimit: this.#vramOverLimit, peakParked: this.#peakParked };
      if (!scale || fixedSeats || engine.onSeats) return;
      if (isWorking() && engine === this.engine) this.#scaling.look(clock.now(), counters, vram, waiting());
      else this.#scaling.pause();
    } catch {
      // An engine that is dying does not answer; its keeper hears of it by itself.
    }
  }
}
