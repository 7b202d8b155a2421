import { describe, expect, it } from 'vitest';
import { preferredLanguage, readSettings, writeSettings, type Settings } from './settings.ts';

function storage(initial: Record<string, string> = {}) {
  const kept = new Map(Object.entries(initial));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe('settings', () => {
  it('come back as written', () => {
    const store = storage();
    const settings: Settings = { theme: 'dark', language: 'ko', vramMiB: 12_288, storageAsked: true };
    expect(writeSettings(store, settings)).toBe(true);
    expect(readSettings(store, ['en'])).toEqual(settings);
  });

  it('follow the browser where nothing is kept', () => {
    expect(readSettings(storage(), ['ko-KR', 'en'])).toMatchObject({ theme: 'system', language: 'ko', vramMiB: 7168 });
    expect(preferredLanguage(['fr', 'de'])).toBe('en');
    expect(preferredLanguage(['fr', 'ko'])).toBe('ko');
  });

  it('survive anything in storage, and storage that refuses', () => {
    for (const text of ['', 'null', '[1]', '{', '{"theme":"neon","vramMiB":-4,"language":"xx"}'])
      expect(readSettings(storage({ 'planaria.settings': text }), [])).toEqual({
        theme: 'system',
        language: 'en',
        vramMiB: 7168,
        storageAsked: false,
      });
    const broken = {
      getItem: () => {
        throw new Error('denied');
      },
      setItem: () => {
        throw new Error('denied');
      },
    };
    expect(readSettings(broken, []).theme).toBe('system');
    expect(writeSettings(broken, readSettings(null, []))).toBe(false);
  });
});
