/** Which step of the ladder was tried for which fault, how often, and how often it cured: what the ladder learns from. */
import type { JournalEvent } from '../journal/events.ts';
import type { Diagnosis, RecoveryAction } from '../journal/vocabulary.ts';

export interface StepTries {
  readonly tries: number;
  readonly cures: number;
}

export interface TriedStep extends StepTries {
  readonly fault: Diagnosis;
  readonly action: RecoveryAction;
}

const UNTRIED: StepTries = { tries: 0, cures: 0 };

export class StepRecord {
  readonly #seen: Map<string, TriedStep>;

  constructor(from?: StepRecord) {
    this.#seen = new Map(from ? from.#seen : []);
  }

  /** Takes in how a step went: whether what was wrong then passed a turn. */
  learn(fault: Diagnosis, action: RecoveryAction, cured: boolean): void {
    const { tries, cures } = this.of(fault, action);
    this.#seen.set(`${fault}/${action}`, { fault, action, tries: tries + 1, cures: cures + Number(cured) });
  }

  of(fault: Diagnosis, action: RecoveryAction): StepTries {
    return this.#seen.get(`${fault}/${action}`) ?? UNTRIED;
  }

  /** Takes over what was tried before; of a step that is known already it counts instead. */
  restore(tried: readonly TriedStep[]): void {
    for (const each of tried) this.#seen.set(`${each.fault}/${each.action}`, each);
  }

  /** All that was tried, by fault and action. */
  entries(): TriedStep[] {
    return [...this.#seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tried]) => tried);
  }
}

export interface SavedSteps {
  readonly tried: readonly TriedStep[];
  readonly open: readonly (readonly [
    name: string,
    step: { readonly fault: Diagnosis; readonly action: RecoveryAction },
  ])[];
}

/** Orders of cases that nobody closes any more (a supervisor ended, a person's word) are forgotten beyond so many. */
const MOST_OPEN = 4096;

/**
 * What the ladder of a run has learned, folded from its log, so that neither a reload nor the loss of a supervisor loses it. It says what a
 * ladder that was there all along says: each further order of a case, and a notice, tell that the order before did not help; a mend, that it
 * did; of a case that was absolved, or never closed, nothing is learned.
 */
export class LearnedSteps {
  readonly record = new StepRecord();
  /** The order of each open case whose outcome is not known yet. */
  readonly #open = new Map<string, { readonly fault: Diagnosis; readonly action: RecoveryAction }>();

  /** As JSON. */
  saved(): SavedSteps {
    return { tried: this.record.entries(), open: [...this.#open] };
  }

  restore({ tried, open }: SavedSteps): void {
    this.record.restore(tried);
    for (const [name, step] of open) this.#open.set(name, step);
  }

  hear(event: JournalEvent): void {
    switch (event.type) {
      case 'heal.ordered': {
        this.#close(event.case, false);
        const { fault, action } = event;
        this.#open.set(event.case, { fault, action });
        if (this.#open.size > MOST_OPEN) for (const oldest of this.#open.keys()) if (this.#open.delete(oldest)) break;
        break;
      }
      case 'heal.mended':
        this.#close(event.case, true);
        break;
      case 'heal.notice':
        this.#close(event.case, false);
        break;
      case 'heal.absolved':
        this.#open.delete(event.case);
        break;
      case 'run.resumed':
        // Another RECOVER, with cases of its own.
        this.#open.clear();
        break;
      default:
        break;
    }
  }

  #close(name: string, cured: boolean): void {
    const step = this.#open.get(name);
    if (!step) return;
    this.#open.delete(name);
    this.record.learn(step.fault, step.action, cured);
  }
}
