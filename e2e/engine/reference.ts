/**
 * The pocket model's logits and greedy tokens, for comparison with PyTorch and with themselves: WebLLM loads the committed files, the
 * product's own pool runs the forward passes. In the page, since a test may look at logits and the product never does.
 */
import { MLCEngine } from '@mlc-ai/web-llm';
import { KvPool } from '../../workers/inference/kv/kv-pool.ts';
import { read } from '../../workers/inference/kv/logits.ts';
import { openModel, type ModelInternals } from '../../workers/inference/device/webllm-internals.ts';

/** The pocket model with a pool of its own, while `work` lasts. */
async function withPool<T>(
  size: { sequences: number; pages: number },
  work: (pool: KvPool, model: ModelInternals) => Promise<T>,
): Promise<T> {
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
  const pool = new KvPool(model, { ...size, chunk: model.metadata.prefill_chunk_size });
  try {
    return await work(pool, model);
  } finally {
    await engine.unload();
  }
}

/** By prompt: the logits after its last token, and the tokens that follow greedily, up to `most` or the stop token. */
export async function runReference(
  prompts: readonly { ids: readonly number[]; most: number }[],
): Promise<{ logits: number[]; greedy: number[] }[]> {
  return withPool({ sequences: 2, pages: 64 }, async (pool, model) => {
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
    return answers;
  });
}

/**
 * Logits of `prompts`, which all begin with `shared`, after the prompt and after each of the tokens in `said`: every prompt alone and in one
 * piece against all of them in one batch, on forks of the shared beginning and of each other, filled in two mixed calls.
 * @returns the largest difference of any logit after each token; how many logits were compared
 */
export async function compareShared(
  shared: readonly number[],
  prompts: readonly (readonly number[])[],
  said: readonly number[],
): Promise<{ differences: number[]; compared: number }> {
  return withPool({ sequences: prompts.length + 2, pages: 8 * prompts.length }, async (pool, model) => {
    const alone: Float32Array[][] = [];
    for (const ids of prompts) {
      const sequence = pool.add();
      const after = [await read(model, pool.prefill([{ sequence, ids }]))];
      for (const id of said) after.push(await read(model, pool.decode([{ sequence, ids: [id] }])));
      pool.remove(sequence);
      alone.push(after);
    }
    const parent = pool.add();
    await read(model, pool.prefill([{ sequence: parent, ids: shared }]));
    // Half of them go on from the beginning that all share, half from a neighbour that has been filled meanwhile, as far as both agree.
    const seats = prompts.map((ids, i) => ({ ids, at: shared.length, sequence: i % 2 === 0 ? pool.fork(parent) : -1 }));
    const fill = async (now: typeof seats): Promise<Float32Array> =>
      read(model, pool.prefill(now.map(({ sequence, ids, at }) => ({ sequence, ids: ids.slice(at) }))));
    const vocabulary = model.config.vocab_size;
    const rows = new Map<(typeof seats)[number], Float32Array[]>(seats.map((seat) => [seat, []]));
    const note = (now: typeof seats, logits: Float32Array): void => {
      now.forEach((seat, row) => rows.get(seat)?.push(logits.slice(row * vocabulary, (row + 1) * vocabulary)));
    };
    const even = seats.filter((_, i) => i % 2 === 0);
    const odd = seats.filter((_, i) => i % 2 === 1);
    note(even, await fill(even));
    for (const seat of odd) {
      const donor = even[even.length - 1] as (typeof seats)[number];
      let same = 0;
      while (same < seat.ids.length - 1 && donor.ids[same] === seat.ids[same]) same += 1;
      seat.at = same;
      seat.sequence = pool.fork(donor.sequence, same);
    }
    note(odd, await fill(odd));
    for (const id of said) {
      // Into the pool and out again: what was taken back must leave no trace.
      await read(model, pool.decode(seats.map(({ sequence }) => ({ sequence, ids: [3] }))));
      for (const { sequence } of seats) pool.cut(sequence, 1);
      note(seats, await read(model, pool.decode(seats.map(({ sequence }) => ({ sequence, ids: [id] })))));
    }
    let compared = 0;
    const differences = Array<number>(1 + said.length).fill(0);
    seats.forEach((seat, i) => {
      (rows.get(seat) ?? []).forEach((logits, step) => {
        logits.forEach((logit, id) => {
          const difference = Math.abs(logit - (alone[i]?.[step]?.[id] ?? Number.NaN));
          // NaN compares false with everything, and must not pass for equal.
          if (!(difference <= (differences[step] as number))) differences[step] = difference;
          compared += 1;
        });
      });
    });
    return { differences, compared };
  });
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
