/**
 * Sizes of the attention caches of the model families in WebLLM's list, so that a choice can be offered before anything is fetched. Once a
 * model is loaded, its own configuration and the allocator's counters replace these.
 *
 * Each row: layers, key/value heads, head dimension, as in the families' published configurations.
 */
const FAMILIES: readonly (readonly [prefix: RegExp, layers: number, kvHeads: number, headDim: number])[] = [
  [/^Llama-3\.2-1B/, 16, 8, 64],
  [/^(Llama-3\.2|Hermes-3-Llama-3\.2)-3B/, 28, 8, 128],
  [/^(Llama-3(\.1)?-70B)/, 80, 8, 128],
  [/(Llama-3(\.1)?-8B|Distill-Llama-8B)/, 32, 8, 128],
  [/^Llama-2-7b/, 32, 32, 128],
  [/^Llama-2-13b/, 40, 40, 128],
  [/(Mistral-7B|WizardMath-7B)/, 32, 8, 128],
  [/^Ministral-3-3B/, 26, 8, 128],
  [/^Qwen2(\.5)?-(Coder-|Math-)?0\.5B/, 24, 2, 64],
  [/(^Qwen2(\.5)?-(Coder-|Math-)?|Distill-Qwen-)1\.5B/, 28, 2, 128],
  [/^Qwen2\.5-(Coder-)?3B/, 36, 2, 128],
  [/(^Qwen2(\.5)?-(Coder-|Math-)?|Distill-Qwen-)7B/, 28, 4, 128],
  [/^Qwen3-(0\.6|1\.7)B/, 28, 8, 128],
  [/^Qwen3-(4|8)B/, 36, 8, 128],
  [/^SmolLM2-135M/, 30, 3, 64],
  [/^SmolLM2-360M/, 32, 5, 64],
  [/^SmolLM2-1\.7B/, 24, 32, 64],
  [/^(Phi-3|Phi-3\.5)-/, 32, 32, 96],
  [/^Phi-4-mini/, 32, 8, 128],
  [/^phi-2/, 32, 32, 80],
  [/^phi-1_5/, 24, 32, 64],
  [/^gemma-2-2b/, 26, 4, 256],
  [/^gemma-2-9b/, 42, 8, 256],
  [/^gemma-2b/, 18, 1, 256],
  [/^gemma3-1b/, 26, 1, 256],
  [/^OLMo-2-0425-1B/, 16, 16, 128],
  [/^OLMo-2-1124-7B/, 32, 32, 128],
  [/^stablelm-2-zephyr-1_6b/, 24, 32, 64],
  [/^RedPajama-INCITE-Chat-3B/, 32, 32, 80],
  [/^TinyLlama-1\.1B/, 22, 4, 64],
];

/** Which way a model of WebLLM's list goes, by what is published of it; what is loaded decides by itself. */
export type ModelPath = 'chat' | 'alone' | 'windowed' | 'batched' | 'parked';

/** Families that go another way than `parked`. */
const PATHS: readonly (readonly [prefix: RegExp, path: ModelPath])[] = [
  // Layers with a recurrent state beside those with K/V: WebLLM's chat alone keeps both.
  [/^Qwen3\.5-/, 'chat'],
  // Loaded by a manifest that names functions of its own.
  [/^gemma-4-/, 'chat'],
  // Compiled for one sequence.
  [/^phi-1_5-/, 'alone'],
  [/^gemma3-/, 'windowed'],
  // Rotary embeddings that cannot be undone (yarn, longrope), so that K/V of agents that leave the GPU is computed again.
  [/^(?:Phi-3\.5-|Phi-4-mini|Ministral-3-)/, 'batched'],
];

/**
 * `chat`: WebLLM's own, one agent at a time. All others go through the pipeline and share prompts: `alone` one at a time, `windowed` within
 * the window of the layers that have one, `batched` with K/V that cannot be kept off the GPU, `parked` with K/V that can.
 */
export function pathOf(modelId: string): ModelPath {
  return PATHS.find(([prefix]) => prefix.test(modelId))?.[1] ?? 'parked';
}

/** Bytes of keys and values of one token; null for a family that is not in the table. */
export function kvBytesPerToken(modelId: string): number | null {
  const row = FAMILIES.find(([prefix]) => prefix.test(modelId));
  if (!row) return null;
  const [, layers, kvHeads, headDim] = row;
  return 2 * layers * kvHeads * headDim * (/f32/.test(modelId) ? 4 : 2);
}
