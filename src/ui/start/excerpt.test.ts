import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';

describe('excerpt', () => {
  it('puts the caret under the place', () => {
    expect(excerpt('a: 1\nroles:\n  triger: 2', 3, 3)).toEqual({ text: '  triger: 2', pad: '  ' });
    expect(excerpt('a\tb', 1, 3)).toEqual({ text: 'a\tb', pad: ' \t' });
  });

  it('shows the part of a long line that matters', () => {
    const long = `${'x'.repeat(300)}HERE${'y'.repeat(300)}`;
    const found = excerpt(long, 1, 301);
    expect(found?.text[found.pad.length]).toBe('H');
    expect(found?.text.startsWith('…')).toBe(true);
    expect(found?.text.length).toBeLessThan(110);
  });

  it('survives places that are not there', () => {
    expect(excerpt('one', 5, 1)).toBeNull();
    expect(excerpt('one', 1, 99)).toEqual({ text: 'one', pad: '   ' });
    expect(excerpt('', 1, 1)).toEqual({ text: '', pad: '' });
  });
});
