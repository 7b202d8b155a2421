/**
 * The committed library and weights on WebGPU against the PyTorch model they were made from.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { root } from '../../tools/dev/workspace.mjs';
import { openHarness, serveHarness } from './harness-site.ts';

interface Reference {
  readonly vocab: number;
  readonly prompts: readonly {
    readonly ids: readonly number[];
    /** Of the last position: the largest logits, and those of ids chosen once for all prompts; [id, logit]. */
    readonly top: readonly (readonly [number, number])[];
    readonly fixed: readonly (readonly [number, number])[];
    readonly greedy: readonly number[];
  }[];
}

const reference = JSON.parse(readFileSync(path.join(root, 'tools/pocket-model/reference.json'), 'utf8')) as Reference;

test('logits within 5e-3 of PyTorch and the same greedy tokens, on every reference prompt', async ({ page }) => {
  test.setTimeout(400_000);
  const site = await serveHarness();
  try {
    await openHarness(page, site.url);
    const answers = await page.evaluate(
      (prompts) => window.planaria.reference(prompts),
      reference.prompts.map(({ ids, greedy }) => ({ ids, most: greedy.length })),
    );
    expect(reference.prompts.length).toBeGreaterThanOrEqual(20);
    const differences: number[] = [];
    for (const [i, prompt] of reference.prompts.entries()) {
      const answer = answers[i]!;
      expect(answer.logits).toHaveLength(reference.vocab);
      for (const [id, logit] of [...prompt.top, ...prompt.fixed])
        differences.push(Math.abs(answer.logits[id]! - logit));
      expect(answer.greedy, `greedy tokens of prompt ${String(i)}`).toEqual(prompt.greedy);
    }
    expect(Math.max(...differences)).toBeLessThan(5e-3);
  } finally {
    await site.close();
  }
});
