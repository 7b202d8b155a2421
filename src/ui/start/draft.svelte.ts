/** The run in preparation. It outlives the start screen, so that reading the file and coming back loses nothing. */
import {
  type CheckedInput,
  type CheckedSwarm,
  type Diagnostic,
  type GivenInput,
  type PageApi,
  REMOTE_MODEL,
  type StartRequest,
  type SwarmSummary,
} from '../../runtime/protocol/protocol.ts';
import { isOurs } from '../base/handed.ts';
import { handOver } from '../base/router.svelte.ts';
import { settings } from '../base/settings.svelte.ts';
import { typed } from '../endpoint/typed.svelte.ts';
import {
  INPUT_MOST,
  SWARM_MOST,
  inputFile,
  kindOf,
  modelAddress,
  wholeNumber,
  type InputFile,
  type TextFile,
} from './draft.ts';

/** How long a task that failed all its attempts waits for the person at the page, ms, where the swarm file does not say. */
export const ASK_MS = 60_000;

/** Why a file is not even taken: it is too large. */
export interface Trouble {
  readonly size: number;
  readonly most: number;
}

class Draft {
  swarm = $state.raw<TextFile | null>(null);
  checked = $state.raw<CheckedSwarm | null>(null);
  checking = $state(false);
  swarmTrouble = $state.raw<Trouble | null>(null);
  input = $state.raw<InputFile | null>(null);
  inputTrouble = $state.raw<Trouble | null>(null);
  /** How the input would be read for the swarm file; null while nobody knows. */
  inputChecked = $state.raw<CheckedInput | null>(null);
  inputChecking = $state(false);
  /** The person's choice; null = the model that the swarm names. */
  modelId = $state<string | null>(null);
  modelUrl = $state('');
  limit = $state('');
  seed = $state('');
  engine = $state<StartRequest['engine']>('webllm');
  /** Somebody is here to be asked about tasks that failed all their attempts. */
  ask = $state(true);
  starting = $state(false);
  /** Why the last start failed although the file was accepted, e.g. a lost worker; empty when it did not. */
  problem = $state('');
  /** Why the runtime refused to start, with the file that it speaks of. */
  refused = $state.raw<{
    readonly file: string;
    readonly text: string;
    readonly diagnostics: readonly Diagnostic[];
  } | null>(null);

  async takeFile(runtime: PageApi, file: File, as?: 'swarm' | 'input'): Promise<void> {
    if (isOurs(file)) {
      handOver(file);
      return;
    }
    const guess = as ?? kindOf(file.name, file.size <= SWARM_MOST ? await file.text() : '');
    const most = guess === 'swarm' ? SWARM_MOST : INPUT_MOST;
    if (file.size > most) {
      this.#refuse(guess, { size: file.size, most });
      return;
    }
    if (guess === 'swarm') await this.takeText(runtime, file.name, await file.text(), guess);
    // Which encoding its bytes are in the swarm file may say.
    else await this.#takeInput(runtime, { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  }

  async takeText(runtime: PageApi, name: string, text: string, as?: 'swarm' | 'input'): Promise<void> {
    const kind = as ?? kindOf(name, text);
    if (kind === 'input') {
      await this.#takeInput(runtime, { name, text });
      return;
    }
    this.swarmTrouble = null;
    this.refused = null;
    const file = { name, text };
    this.swarm = file;
    this.checked = null;
    this.checking = true;
    const checked = await runtime.check(name, text);
    if (this.swarm !== file) return; // another file came meanwhile
    this.checked = checked;
    this.checking = false;
    await this.#checkInput(runtime);
  }

  async #takeInput(runtime: PageApi, given: GivenInput): Promise<void> {
    this.inputTrouble = null;
    this.refused = null;
    this.input = inputFile(given);
    await this.#checkInput(runtime);
  }

  /** Reads the input as the swarm file asks, to tell what is guessed and what is wrong before anything runs. */
  async #checkInput(runtime: PageApi): Promise<void> {
    this.inputChecked = null;
    const { swarm, input } = this;
    if (!swarm || !input || !this.checked?.ok) return;
    this.inputChecking = true;
    // Where that fails the start tells why.
    const checked = await runtime.checkInput(swarm.text, input.given).catch(() => null);
    if (this.swarm !== swarm || this.input !== input) return; // another file came meanwhile
    this.inputChecked = checked;
    this.inputChecking = false;
  }

  #refuse(kind: 'swarm' | 'input', trouble: Trouble): void {
    if (kind === 'swarm') this.swarmTrouble = trouble;
    else this.inputTrouble = trouble;
  }

  dropSwarm(): void {
    this.swarm = null;
    this.checked = null;
    this.checking = false;
    this.swarmTrouble = null;
    this.refused = null;
    this.#forgetCheck();
  }

  dropInput(): void {
    this.input = null;
    this.inputTrouble = null;
    this.refused = null;
    this.#forgetCheck();
  }

  #forgetCheck(): void {
    this.inputChecked = null;
    this.inputChecking = false;
  }

  /** What is missing before this can run: null when nothing is. */
  get lacks(): 'swarm' | 'input' | 'reading' | 'right-input' | null {
    if (!this.swarm || !this.checked?.ok) return 'swarm';
    if (this.inputChecking) return 'reading';
    if (this.inputChecked?.ok === false) return 'right-input';
    return this.input || this.checked.summary.input.from === 'example' ? null : 'input';
  }

  /** Whether all agents would work at an endpoint. `named`: the model that the swarm file names. */
  atEndpoint(named: string | null): boolean {
    return this.engine !== 'scripted' && this.modelUrl === '' && (this.modelId ?? named) === REMOTE_MODEL;
  }

  /** Settings that every start shares, the demo's too. */
  options(): Pick<StartRequest, 'modelId' | 'modelUrl' | 'engine' | 'limit' | 'seed' | 'vramMiB'> {
    const modelUrl = modelAddress(this.modelUrl);
    const limit = wholeNumber(this.limit);
    const seed = wholeNumber(this.seed);
    return {
      engine: this.engine,
      vramMiB: settings().vramMiB,
      ...(modelUrl ? { modelUrl } : this.modelId ? { modelId: this.modelId } : {}),
      ...(limit ? { limit } : {}),
      ...(seed !== null && seed !== undefined ? { seed } : {}),
    };
  }

  /** Whether a person is asked about what failed; what the swarm file says of it goes first. */
  asking(summary: SwarmSummary | null): Pick<StartRequest, 'askMs'> {
    return this.ask && summary?.askMs === null ? { askMs: ASK_MS } : {};
  }

  /**
   * Starts a run; the id of it, or null when the runtime refused and `refused` says why. `atEndpoint`: the one that was typed is named to it;
   * should that come to nothing, the run waits and asks for it again.
   */
  async start(runtime: PageApi, request: StartRequest, atEndpoint = false): Promise<string | null> {
    this.starting = true;
    this.refused = null;
    this.problem = '';
    try {
      const reply = await runtime.start(request);
      if (reply.ok && atEndpoint) {
        const named = await runtime.allowRemote(reply.runId, typed.settings()).catch(() => null);
        if (named?.ok) typed.handedOver();
      }
      if (reply.ok) return reply.runId;
      this.refused = { ...request.swarm, diagnostics: reply.diagnostics };
      return null;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      return null;
    } finally {
      this.starting = false;
    }
  }
}

export const draft = new Draft();
