/** Breaking things on purpose: what can be broken, what was asked for and has not struck yet, and the plan that is played. */
import type { Diagnostic, FaultChoice, FaultKind, MissedFault, PageApi } from '../../runtime/protocol/protocol.ts';

export const RELOAD = 'reload-mid-write' satisfies FaultKind;
/** A fault that is asked for; gone once it has struck, for then the run itself tells of it. */
export interface Attempt {
  readonly id: number;
  readonly kind: FaultKind;
  readonly agent: number | null;
  /** Null while it looks for something to strike; why it did not afterwards. A text where the runtime gave no answer. */
  readonly missed: MissedFault | string | null;
}

const KEPT = 5;
/** What is offered first: seen at once, understood without words, and mended within seconds. */
const FIRST = 'worker-kill';
/** The same of what strikes one agent. */
const FIRST_OF_ONE = 'loop';

export class Breaking {
  /** In the order of the runtime, reloading the page among them. */
  choices = $state.raw<readonly FaultChoice[]>([]);
  attempts = $state.raw<readonly Attempt[]>([]);
  open = $state(false);
  kind = $state<FaultKind>(FIRST);
  /** Row of the agent that is to be struck; null: any. */
  target = $state<number | null>(null);
  /** The plan that was played last. */
  plan = $state.raw<{ readonly name: string; readonly text: string } | null>(null);
  mistakes = $state.raw<readonly Diagnostic[]>([]);
  readonly #runtime: PageApi;
  readonly #run: string;
  #next = 0;

  constructor(runtime: PageApi, run: string) {
    this.#runtime = runtime;
    this.#run = run;
  }

  async load(): Promise<void> {
    const choices = await this.#runtime.faults();
    const reload: FaultChoice = { kind: RELOAD, takesTarget: false };
    this.choices = choices.some(({ kind }) => kind === RELOAD) ? choices : [...choices, reload];
  }

  /** Opens the panel, with this kind or this agent chosen. */
  show(choice: { kind?: FaultKind; agent?: number } = {}): void {
    if (choice.kind !== undefined) this.kind = choice.kind;
    if (choice.agent !== undefined) {
      this.target = choice.agent;
      if (!this.takesTarget(this.kind)) this.kind = FIRST_OF_ONE;
    }
    this.open = true;
  }

  takesTarget(kind: FaultKind): boolean {
    return this.choices.find((choice) => choice.kind === kind)?.takesTarget ?? false;
  }

  async strike(kind: FaultKind, agent: number | null): Promise<void> {
    const id = ++this.#next;
    const target = this.takesTarget(kind) ? agent : null;
    this.attempts = [{ id, kind, agent: target, missed: null }, ...this.attempts].slice(0, KEPT);
    const end = (missed: Attempt['missed']): void => {
      this.attempts =
        missed === null
          ? this.attempts.filter((one) => one.id !== id)
          : this.attempts.map((one) => (one.id === id ? { ...one, missed } : one));
    };
    try {
      const reply = await this.#runtime.breakSomething(this.#run, kind, target ?? undefined);
      end(reply.landed ? null : reply.detail);
      if (reply.landed && kind === RELOAD) location.reload();
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
    }
  }

  /** Plays a plan from now on; false, with the mistakes told, where it cannot be read. */
  async play(name: string, text: string): Promise<boolean> {
    try {
      this.mistakes = await this.#runtime.playFaults(this.#run, name, text);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.mistakes = [{ file: name, line: 1, column: 1, message, expected: '', hint: '' }];
    }
    this.plan = { name, text };
    return this.mistakes.length === 0;
  }
}
