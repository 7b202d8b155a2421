import { expect, test } from 'vitest';
import { ownScript } from './trusted-scripts.ts';

const location = { href: 'https://page.example/some/where/', origin: 'https://page.example' };

test('j. a script of ours has our origin, whatever its address looks like', () => {
  expect(ownScript('./sw.js', location)).toBe('https://page.example/some/where/sw.js');
  expect(ownScript('https://page.example/a.js', location)).toBe('https://page.example/a.js');
  for (const address of [
    'https://other.example/a.js',
    '//other.example/a.js',
    'http://page.example/a.js',
    'data:text/javascript,1',
    'blob:https://other.example/1',
    'javascript:1',
    '\\\\other.example\\a.js',
  ])
    expect(() => ownScript(address, location), address).toThrow(TypeError);
});
