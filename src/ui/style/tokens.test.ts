import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name ?? '',
    { light: light ?? '', dark: dark ?? '' },
  ]),
);

/** WCAG 2 relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const colour = (name: string, theme: 'light' | 'dark'): string => {
  const found = tokens.get(name);
  if (!found) throw new Error(`no token --${name}`);
  return found[theme];
};

describe.each(['light', 'dark'] as const)('%s theme', (theme) => {
  const texts = ['ink', 'ink-2', 'ink-3', 'link', 'idle', 'running', 'degraded', 'recovering', 'failed', 'done'];
  it.each(texts)('--%s is readable on every ground', (text) => {
    for (const ground of ['bg', 'surface', 'sunk'])
      expect(contrast(colour(text, theme), colour(ground, theme)), ground).toBeGreaterThanOrEqual(4.5);
  });

  const shapes = [
    'idle-fill',
    'running-fill',
    'degraded-fill',
    'recovering-fill',
    'failed-fill',
    'done-fill',
    'line-strong',
  ];
  it.each(shapes)('--%s stands out from the surface', (shape) => {
    expect(contrast(colour(shape, theme), colour('surface', theme))).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['degraded', 'degraded-wash'],
    ['failed', 'failed-wash'],
    ['ink-2', 'failed-wash'],
    ['ink-2', 'degraded-wash'],
    ['ink-2', 'recovering-wash'],
    ['ink-2', 'running-wash'],
    ['ink-3', 'running-wash'],
    ['ink-3', 'hover'],
    ['link', 'running-wash'],
  ])('--%s is readable on --%s', (text, ground) => {
    expect(contrast(colour(text, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });
});
