import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { desk, phone } from './page.ts';

/** Rules of axe that a change of colours alone can break. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];

/** Serious findings on the page as it stands; `within`: a selector, where only a part is meant. `rules`: these only. */
export async function findings(page: Page, within?: string, rules?: string[]): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  if (within !== undefined) builder.include(within);
  if (rules) builder.withRules(rules);
  const { violations } = await builder.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}

/** In both themes; in the dark one, by the rules that it can break. */
export async function expectSound(page: Page, name: string, within?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const rules = colorScheme === 'dark' ? OF_COLOUR : undefined;
    expect.soft(await findings(page, within, rules), `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

export async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(over, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
}

/** In both themes, on a desk and on a phone, without a sideways scroll; leaves the page desk-sized. */
export async function expectSoundEverywhere(page: Page, name: string): Promise<void> {
  for (const size of [phone, desk]) {
    await page.setViewportSize(size);
    await expectSound(page, `${name}, ${String(size.width)} wide`);
    await expectNoSidewaysScroll(page, `${name}, ${String(size.width)} wide`);
  }
}
