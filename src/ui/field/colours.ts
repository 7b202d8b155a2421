/** The theme's colours as canvases need them: resolved, and told when they change. */
const NAMES = [
  'ink',
  'ink-2',
  'ink-3',
  'surface',
  'line',
  'line-strong',
  'sunk',
  'focus',
  'idle-fill',
  'running-fill',
  'running-wash',
  'degraded-fill',
  'recovering-fill',
  'failed-fill',
  'done-fill',
] as const;

export type Colours = Readonly<Record<(typeof NAMES)[number], string>>;

/** A custom property reads back as it was written, light-dark() and all; only a real property is resolved. */
export function colours(element: HTMLElement): Colours {
  const kept = element.style.color;
  const resolved = Object.fromEntries(
    NAMES.map((name) => {
      element.style.color = `var(--${name})`;
      return [name, getComputedStyle(element).color];
    }),
  ) as Colours;
  element.style.color = kept;
  return resolved;
}

/** Calls back when the theme changes, by the system or by the person; returns the way to stop. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const toggle = new MutationObserver(listener);
  toggle.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  system.addEventListener('change', listener);
  return () => {
    toggle.disconnect();
    system.removeEventListener('change', listener);
  };
}
