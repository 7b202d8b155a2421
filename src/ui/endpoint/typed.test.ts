import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEndpoint } from '../../runtime/protocol/protocol.ts';
import { destinationOf, faultsOf, partsOf, toldAt } from './typed.ts';

const sound = { url: 'https://host.example/v1', model: 'tiny', key: 'sk-1' };
const ZERO_WIDTH = String.fromCodePoint(0x200b);

describe('what is wrong with each field', () => {
  it.each([
    [{ url: 'host.example/v1' }, 'url', 'no-address'],
    [{ url: '' }, 'url', 'no-address'],
    [{ url: 'http://host.example/v1' }, 'url', 'not-secure'],
    [{ url: 'https://sk-1:@host.example/v1' }, 'url', 'key-in-address'],
    [{ url: `https://host.exa${ZERO_WIDTH}mple/v1` }, 'url', 'odd-character'],
    [{ model: ' ' }, 'model', 'no-model'],
    [{ model: `ti${ZERO_WIDTH}ny` }, 'model', 'odd-character'],
    [{ key: `sk-${ZERO_WIDTH}1` }, 'key', 'odd-character'],
    [{ key: 'sk-1 sk-2' }, 'key', 'odd-character'],
  ] as const)('%j: %s, %s', (part, field, code) => {
    const faults = faultsOf({ ...sound, ...part });
    expect(faults[field]).toMatchObject({ field, code });
    const others = Object.entries(faults).filter(([name]) => name !== field);
    expect(others.map(([, fault]) => fault)).toEqual([null, null]);
  });

  it('is nothing exactly where the runtime takes it', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(...Object.values(sound), 'http://localhost:1/v1', 'http://a'));
    fc.assert(
      fc.property(text, text, text, (url, model, key) => {
        const none = Object.values(faultsOf({ url, model, key })).every((fault) => fault === null);
        expect(none).toBe(readEndpoint({ url, model, key }).ok);
      }),
    );
  });
});

it('blames nobody for a field that is empty or still being typed in, but for what was pasted at once', () => {
  const { url } = faultsOf({ ...sound, url: 'http://host.ex' });
  expect(toldAt(url, 'http://host.ex', false)).toBeNull();
  expect(toldAt(url, 'http://host.ex', true)).toBe(url);
  expect(toldAt(faultsOf({ ...sound, url: '' }).url, '', true)).toBeNull();
  const { key } = faultsOf({ ...sound, key: `sk${ZERO_WIDTH}1` });
  expect(toldAt(key, `sk${ZERO_WIDTH}1`, false)).toBe(key);
});

it('says where texts would go, and whether that is this computer', () => {
  expect(destinationOf('https://host.example:8443/v1')).toEqual({ host: 'host.example:8443', here: false });
  expect(destinationOf('http://127.0.0.1:11434/v1')).toEqual({ host: '127.0.0.1:11434', here: true });
  expect(destinationOf('http://host.example/v1')).toBeNull();
});

it('takes the name of an endpoint apart, whatever the model is called', () => {
  expect(partsOf('tiny at host.example')).toEqual({ model: 'tiny', host: 'host.example' });
  expect(partsOf('one at a time at host.example:1')).toEqual({ model: 'one at a time', host: 'host.example:1' });
  expect(partsOf('remote')).toEqual({ model: 'remote', host: '' });
});
