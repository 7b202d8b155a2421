import type { Engine, EngineError } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { RateMeter } from '../../telemetry/rate.ts';
import type { EngineFigures } from '../../telemetry/report.ts';
import { EngineKeeper, type KeeperState } from '../../engine/engine-keeper.ts';
import { Escalation, type EscalationOptions } from '../../engine/escalation.ts';
import type { InFlightTurn } from '../turns/in-flight-turn.ts';
import { seatMessage } from '../storage/messages.ts';
import type { RunPlan } from '../definition/run-plan.ts';
import { SeatScaling } from '../../healing/seat-scaling.ts';

const SAMPLE_MS = 1000;
const RATE_WINDOW_MS = 10_000;
const LAST_FIGURES_MS = 2000;

export interface EngineRoomOptions {
  readonly clock: Clock;
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Sets names given by one writer apart from those of another. */
  readonly fence: number;
  readonly createEngine: () => Engine;
  /** Engines for bigger models, beside the run's own. */
  readonly createBeside: () => Engine;
  /** See `EscalationOptions`. */
  readonly createRemote: EscalationOptions['createRemote'];
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

/** The engines of a run: its own, kept in place and looked at once a second, how many of its seats are in use, and bigger models beside it. */
export class EngineRoom {
  readonly escalation: Escalation;
  readonly #with: EngineRoomOptions;
  readonly #seat: EngineKeeper;
  readonly #scaling: SeatScaling;
  readonly #rate = new RateMeter(RATE_WINDOW_MS);
  #live: EngineFigures | null = null;
  #vramOverLimit = 0;
  #peakParked = 0;
  #sampling: Cancel = () => undefined;

  constructor(options: EngineRoomOptions) {
    this.#with = options;
    const { clock, plan, tell, resize, onChange } = options;
    this.#scaling = new SeatScaling({ tell, resize });
    this.#seat = new EngineKeeper({
      clock,
      create: options.createEngine,
      source: plan.settings.model,
      budget: plan.budget,
      onReady: (engine, report) => {
        const ms = Math.round(report.loadMs);
        tell({ type: 'engine.loaded', engine: report.engine, model: report.model.id, ms, report });
        this.#scaling.begin(report);
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
      createRemote: options.createRemote,
      models: options.models,
      budget: plan.budget,
      own: plan.settings.model.id,
      vram: () => (this.engine ? (this.#live?.vram ?? null) : null),
    });
  }

  /** The run's own engine that takes turns now; null while there is none. */
  get engine(): Engine | null {
    return this.#seat.engine;
  }

  get state(): KeeperState {
    return this.#seat.state;
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
    this.#seat.start();
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
    this.#seat.worked();
  }

  /** What engines were lost by is known, and comes no more. */
  absolve(): void {
    this.#seat.absolve();
  }

  /** See `EngineKeeper.declareLost`. */
  declareLost(error: EngineError, ordered = false): void {
    this.#seat.declareLost(error, ordered);
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
    await Promise.all([this.#seat.stop(), this.escalation.stop()]);
  }

  /** An engine that no longer comes back by itself is a person's affair, and so it stays after a reload. */
  askIfStuck(): void {
    const { state, fence, tell, isOver } = this.#with;
    const seat = this.#seat.state;
    if (seat.kind !== 'stopped' || seat.permanent || isOver() || state.notices.ofEngine()) return;
    const name = `e${String(fence)}.${String(state.seq)}`;
    const { message, remedy, detail } = seat.problem;
    tell({
      type: 'heal.notice',
      notice: name,
      of: 'engine',
      agent: -1,
      task: null,
      case: name,
      title: 'The engine was lost again and again; the run waits',
      story: [
        message,
        ...(detail === undefined ? [] : [detail]),
        remedy,
        `engines lost so far: ${String(state.totals.engineLosses)}; all results and open tasks were kept`,
      ],
      choices: ['retry', 'give-up'],
    });
  }

  #lost(error: EngineError): void {
    const { tell, inFlight, onLost } = this.#with;
    tell({ type: 'engine.lost', code: error.code, message: error.message, inFlight: inFlight().length });
    onLost(error);
    const message = seatMessage(this.#seat.state, true);
    if (message !== '') tell({ type: 'run.waiting', message });
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
      if (!scale || fixedSeats) return;
      if (isWorking() && engine === this.engine) this.#scaling.look(clock.now(), counters, vram, waiting());
      else this.#scaling.pause();
    } catch {
      // An engine that is dying does not answer; the seat hears of it by itself.
    }
  }
}
