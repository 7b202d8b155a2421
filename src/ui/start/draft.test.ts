import { describe, expect, it } from 'vitest';
import { countLines, inputFile, kindOf, modelAddress, wholeNumber } from './draft.ts';

describe('draft', () => {
  it('counts lines that have something in them', () => {
    expect(countLines('')).toBe(0);
    expect(countLines('a')).toBe(1);
    expect(countLines('a\nb\n')).toBe(2);
    expect(countLines('a\r\n\r\n  \nb')).toBe(2);
  });

  it('tells swarm files from input', () => {
    expect(kindOf('x.yaml', '')).toBe('swarm');
    expect(kindOf('x.log', 'planaria: 1')).toBe('input');
    expect(kindOf('x', '# my swarm\nplanaria: 1\n')).toBe('swarm');
    expect(kindOf('x.json', '{ "planaria": 1 }')).toBe('swarm');
    expect(kindOf('x.json', '{"line": "planaria"}')).toBe('input');
  });

  it('measures input as it was given, whatever its encoding', () => {
    const wide = Uint8Array.from(
      [...'\uFEFFa\n\nb\n'].flatMap((char) => [char.charCodeAt(0) & 255, char.charCodeAt(0) >> 8]),
    );
    expect(inputFile({ name: 'x.txt', bytes: wide })).toMatchObject({ size: wide.length, lines: 2 });
    expect(inputFile({ name: 'x.txt', text: 'ä\nb' })).toMatchObject({ size: 4, lines: 2 });
  });

  it('reads addresses and numbers, and nothing else', () => {
    expect(modelAddress(' https://example.org/model ')).toBe('https://example.org/model');
    expect(modelAddress('javascript:alert(1)')).toBeNull();
    expect(modelAddress('model')).toBeNull();
    expect(wholeNumber(' 24 ')).toBe(24);
    expect(wholeNumber('')).toBeNull();
    expect(wholeNumber('-1')).toBeUndefined();
    expect(wholeNumber('1.5')).toBeUndefined();
  });
});
