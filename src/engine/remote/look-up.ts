/** What an endpoint says of itself before it is asked for anything: whether it answers, and what its list of models says of one of them. */
import { modelsAddress } from '../endpoint.ts';
import { isBusy, isShaky, nameOf, refusalOf, refuseRedirect, RemoteFault } from './faults.ts';
import type { Line } from './line.ts';
import { networkFault } from './network.ts';

export interface LookedUp {
  /** Tokens of the model's context; null where the list does not say, or there is none. */
  readonly contextTokens: number | null;
  /** What does not fit it cuts in silence. */
  readonly cuts: boolean;
}

/** Tries that may fail in a row, and how long a server is waited for that has not loaded its model yet, ms. */
const TRIES = 4;
const PATIENCE_MS = 600_000;
/** Ollama's window unless somebody gave it another one; what does not fit it cuts in silence, and its list does not tell. */
const OLLAMA_TOKENS = 4096;
const NOTHING: LookedUp = { contextTokens: null, cuts: false };

/** @throws RemoteFault where no turn could come through; an endpoint that has no list of models is no fault */
export async function lookUp(line: Line, signal: AbortSignal = new AbortController().signal): Promise<LookedUp> {
  const { clock, endpoint, network } = line;
  const begun = clock.now();
  const url = modelsAddress(endpoint);
  for (let failed = 1; ; failed++) {
    let fault: RemoteFault;
    let asked: number | null = null;
    try {
      const response = await network.fetch(url, line.request(signal));
      const { status, headers } = response;
      refuseRedirect(response);
      const body = await response.text();
      if (response.ok) return found(body, endpoint.model);
      const refusal = refusalOf(status, headers, body, clock.wall());
      const name = nameOf(refusal, /^\s*</.test(body));
      asked = refusal.waitMs;
      fault = new RemoteFault(name === null || name === 'prompt-too-long' ? 'remote-busy' : name, refusal.words);
      // It loads its model; how long that takes it does not say.
      if (isBusy(status) && clock.now() - begun < PATIENCE_MS) failed = 0;
      else if (!isShaky(status)) {
        if (DECISIVE.has(fault.code)) throw fault;
        return NOTHING;
      }
    } catch (thrown) {
      if (thrown instanceof RemoteFault || signal.aborted) throw thrown;
      fault = await networkFault(thrown, url, network);
      if (fault.code === 'remote-blocked') throw fault;
    }
    if (failed >= TRIES) throw fault;
    await clock.sleep(line.waitAfter(asked), signal);
  }
}

const DECISIVE: ReadonlySet<string> = new Set(['remote-key', 'remote-forbidden', 'remote-quota']);

interface Listed {
  readonly id?: string;
  readonly owned_by?: string;
  /** vLLM; OpenRouter, Together; Groq. */
  readonly max_model_len?: number;
  readonly context_length?: number;
  readonly context_window?: number;
}

function found(body: string, model: string): LookedUp {
  if (/^\s*</.test(body)) throw new RemoteFault('remote-page', body);
  let listed: readonly Listed[];
  try {
    const whole = JSON.parse(body) as { readonly data?: unknown } | readonly unknown[];
    const data = Array.isArray(whole) ? whole : (whole as { readonly data?: unknown }).data;
    listed = Array.isArray(data) ? (data as Listed[]) : [];
  } catch {
    return NOTHING;
  }
  // Ollama's names end in a tag, `:latest` unless one was given.
  const own = listed.find(({ id }) => id === model) ?? listed.find(({ id }) => id === `${model}:latest`);
  const tokens = own?.max_model_len ?? own?.context_length ?? own?.context_window;
  if (typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0)
    return { contextTokens: tokens, cuts: false };
  return own?.owned_by === 'library' ? { contextTokens: OLLAMA_TOKENS, cuts: true } : NOTHING;
}
