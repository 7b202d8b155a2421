import { THEMES, readSettings, writeSettings, type Settings } from './settings.ts';

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null; // a browser that blocks storage throws on the mere mention of it
  }
}

let current = $state.raw(readSettings(storage(), navigator.languages));
show();

/** The settings; reactive. */
export function settings(): Settings {
  return current;
}

export function set(change: Partial<Settings>): void {
  current = { ...current, ...change };
  writeSettings(storage(), current);
  show();
}

/** The next theme of system, light, dark. */
export function turnTheme(): void {
  set({ theme: THEMES[(THEMES.indexOf(current.theme) + 1) % THEMES.length] ?? 'system' });
}

function show(): void {
  const root = document.documentElement;
  root.lang = current.language;
  if (current.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = current.theme;
}
