import type { FromExecute, FromMonitor, FromRecover } from './messages.ts';
import type { EventBody } from '../journal/events.ts';
import type { RunState } from '../journal/run-state.ts';

/** Evidence kept of one suspicion. */
const EVIDENCE = 4;
/** Orders that are known to be told. */
const TOLD = 2048;

/** Writes down what the parts of a supervisor say to each other: the log tells the whole story, whether or not the message arrives. */
export class HealingLog {
  readonly #tell: (event: EventBody) => unknown;
  readonly #state: RunState;
  /** Orders are said again until they are carried out; told once. */
  readonly #told = new Set<string>();

  constructor(tell: (event: EventBody) => unknown, state: RunState) {
    this.#tell = tell;
    this.#state = state;
  }

  write(message: FromExecute | FromMonitor | FromRecover): void {
    const tell = this.#tell;
    switch (message.type) {
      case 'suspicion': {
        const evidence = [...message.evidence]
          .sort((a, b) => Number(b.verdict === 'bad') - Number(a.verdict === 'bad'))
          .slice(0, EVIDENCE);
        tell({
          type: 'heal.suspected',
          agent: message.agent ?? -1,
          fault: message.fault,
          hard: message.hard,
          evidence,
        });
        break;
      }
      case 'order': {
        const { id, agent, fault, action, rung, delayMs, reasons, case: story } = message.order;
        if (this.#told.has(id)) break;
        this.#remember(id);
        tell({ type: 'heal.ordered', agent: agent ?? -1, case: story, fault, action, rung, delayMs, reasons });
        break;
      }
      case 'mended': {
        const { agent, fault, action, rung, ms, steps, case: story } = message;
        tell({ type: 'heal.mended', agent: agent ?? -1, case: story, fault, action, rung, ms: Math.round(ms), steps });
        break;
      }
      case 'absolved': {
        const { agent, task, case: story } = message;
        tell({ type: 'heal.absolved', agent, task, case: story });
        break;
      }
      case 'notice': {
        const { id, agent, fault, task, title, story, choices, case: about } = message;
        const of = agent !== null ? 'agent' : fault === 'storage-full' ? 'storage' : 'engine';
        const open = task !== null && this.#state.isOpen(task) ? task : null;
        tell({
          type: 'heal.notice',
          notice: id,
          of,
          agent: agent ?? -1,
          task: open,
          case: about,
          title,
          story,
          choices: open === null ? choices.filter((choice) => choice !== 'skip' && choice !== 'edit') : choices,
        });
        break;
      }
      default:
        break;
    }
  }

  #remember(order: string): void {
    this.#told.add(order);
    if (this.#told.size <= TOLD) return;
    const oldest = this.#told.keys().next().value;
    if (oldest !== undefined) this.#told.delete(oldest);
  }
}
