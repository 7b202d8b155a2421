/** What the page remembers about the person, in localStorage: never anything of a run. */

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Settings {
  readonly theme: Theme;
  readonly language: Language;
  /** GPU memory that the person says there is, MiB. Browsers do not report it. */
  readonly vramMiB: number;
  /** Whether the person was asked about keeping the storage. */
  readonly storageAsked: boolean;
}

export const VRAM_RANGE = { min: 512, max: 196_608, usual: 7168 } as const;
const KEY = 'planaria.settings';

/** First of the browser's languages that there is a dictionary for. */
export function preferredLanguage(browser: readonly string[]): Language {
  for (const tag of browser) {
    const language = LANGUAGES.find((known) => known === tag.slice(0, 2).toLowerCase());
    if (language) return language;
  }
  return 'en';
}

export function validVram(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= VRAM_RANGE.min && (value as number) <= VRAM_RANGE.max;
}

/** Total: a value that is missing or not understood is the usual one. */
export function readSettings(storage: Pick<Storage, 'getItem'> | null, browser: readonly string[]): Settings {
  const kept = parse(storage);
  return {
    theme: THEMES.find((theme) => theme === kept['theme']) ?? 'system',
    language: LANGUAGES.find((language) => language === kept['language']) ?? preferredLanguage(browser),
    vramMiB: validVram(kept['vramMiB']) ? kept['vramMiB'] : VRAM_RANGE.usual,
    storageAsked: kept['storageAsked'] === true,
  };
}

function parse(storage: Pick<Storage, 'getItem'> | null): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Keeps the settings; false when the browser refuses storage, and then they live as long as the page. */
export function writeSettings(storage: Pick<Storage, 'setItem'> | null, settings: Settings): boolean {
  try {
    storage?.setItem(KEY, JSON.stringify(settings));
    return storage !== null;
  } catch {
    return false;
  }
}
