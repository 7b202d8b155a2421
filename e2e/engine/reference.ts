/**
 * The pocket model's logits and greedy tokens, for comparison with PyTorch: WebLLM loads the committed files, the product's own pool runs
 * the forward passes. In the page, since a test may look at logits and the product never does.
 */
import { MLCEngine } from '@mlc-ai/web-llm';
import { KvPool } from '../../workers/inference/swarm/kv-pool.ts';
import { read } from '../../workers/inference/swarm/self-test.ts';
import { openModel } from '../../workers/inference/webllm-internals.ts';

/** By prompt: the logits after its last token, and the tokens that follow greedily, up to `most` or the stop token. */
export async function runReference(
  prompts: readonly { ids: readonly number[]; most: number }[],
): Promise<{ logits: number[]; greedy: number[] }[]> {
  const folder = new URL('models/pocket/', document.baseURI);
  const engine = new MLCEngine({
    logLevel: 'SILENT',
    appConfig: {
      model_list: [
        {
          model: new URL('resolve/main/', folder).href,
          model_id: 'pocket',
          model_lib: new URL('pocket.wasm', folder).href,
        },
      ],
    },
  });
  await engine.reload('pocket');
  const model = openModel(engine, 'pocket');
  model.releaseSingleCache();
  const pool = new KvPool(model, { sequences: 2, pages: 64, chunk: model.metadata.prefill_chunk_size });
  const stops = model.config.conv_template.stop_token_ids;
  const answers = [];
  for (const { ids, most } of prompts) {
    const sequence = pool.add();
    const logits = await read(model, pool.prefill([{ sequence, ids }]));
    const greedy: number[] = [];
    for (let next = largest(logits); greedy.length < most && !stops.includes(next);) {
      greedy.push(next);
      if (greedy.length < most) next = largest(await read(model, pool.decode([{ sequence, ids: [next] }])));
    }
    pool.remove(sequence);
    answers.push({ logits: [...logits], greedy });
  }
  await engine.unload();
  return answers;
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
