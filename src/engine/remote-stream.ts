/** Chat completions as they come over the line: server-sent events, or one JSON body from servers that do not stream. */

export interface CompletionChunk {
  readonly text: string;
  /** Why it ended; null while it goes on. */
  readonly finish: string | null;
  readonly usage: { readonly prompt: number; readonly completion: number } | null;
}

interface Wire {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
  readonly error?: { readonly message?: string };
}

/** A line may not grow without end. */
const LONGEST_LINE = 1_000_000;

/** @throws Error where the body is not what it should be */
export async function* completions(response: Response): AsyncGenerator<CompletionChunk> {
  if (!response.body) throw new Error('an answer without a body');
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    yield chunkOf(await response.text());
    return;
  }
  for await (const line of linesOf(response.body)) {
    if (!line.startsWith('data:')) continue;
    const data = line.slice(5).trim();
    if (data === '[DONE]') return;
    if (data !== '') yield chunkOf(data);
  }
}

function chunkOf(json: string): CompletionChunk {
  const { choices, usage, error } = JSON.parse(json) as Wire;
  if (error) throw new Error(error.message ?? 'the endpoint reports an error');
  const [choice] = choices ?? [];
  return {
    text: choice?.delta?.content ?? choice?.message?.content ?? '',
    finish: choice?.finish_reason ?? null,
    usage: usage ? { prompt: usage.prompt_tokens ?? 0, completion: usage.completion_tokens ?? 0 } : null,
  };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw new Error('a line without an end');
      yield* lines;
      if (!done) continue;
      if (rest !== '') yield rest;
      return;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
