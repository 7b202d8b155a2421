/** Which few of many models are shown first. */
import type { ModelChoice } from '../../runtime/protocol/protocol.ts';

/** Families that follow a JSON schema well for their size; only the order of the short list depends on it. */
const KNOWN = /qwen3|llama-3|smollm2|phi|gemma/i;

/**
 * What is built in or in the cache, and then one model per doubling of size, so that the list shows what each further gigabyte buys.
 * In the order given; `chosen` is always among them.
 */
export function shortlist(models: readonly ModelChoice[], few: number, chosen: string | null): ModelChoice[] {
  if (models.length <= few + 1) return [...models];
  const picked = new Set(models.filter((model) => model.downloadBytes === 0 || model.cached).slice(0, few));
  const sizes = new Map<number, ModelChoice>();
  for (const model of models) {
    if (picked.has(model) || model.fits === 0) continue;
    const size = Math.floor(Math.log2(Math.max(1, model.weightBytes)));
    const rival = sizes.get(size);
    if (!rival || (KNOWN.test(model.id) && !KNOWN.test(rival.id))) sizes.set(size, model);
  }
  for (const model of [...sizes.values()].sort((a, b) => a.weightBytes - b.weightBytes))
    if (picked.size < few) picked.add(model);
  for (const model of models) if (model.id === chosen) picked.add(model);
  return models.filter((model) => picked.has(model));
}
