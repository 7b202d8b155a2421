/** What is wrong with a file, in the person's language. */
import { settings } from '../../base/settings.svelte.ts';

let korean = $state.raw<((text: string) => string) | null>(null);

/** A text of a diagnostic as the page shows it; reactive. English until the Korean is there, which is fetched by the first that asks. */
export function told(text: string): string {
  if (settings().language !== 'ko') return text;
  if (!korean)
    void import('./in-korean.ts').then(
      ({ inKorean }) => (korean = inKorean),
      () => undefined,
    );
  return korean?.(text) ?? text;
}
