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

test('199 of 200 logits within 5e-3 of PyTorch, all within 1e-2, and the same greedy tokens on every reference prompt', async ({
  page,
}) => {
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
    differences.sort((x, y) => x - y);
    // SwiftShader's exp and sin are coarse: of these 1,920 logits the one that is furthest off has been seen at 5.7e-3.
    expect(differences[Math.floor(0.995 * differences.length)]).toBeLessThan(5e-3);
    expect(differences.at(-1)).toBeLessThan(1e-2);
  } finally {
    await site.close();
  }
});
