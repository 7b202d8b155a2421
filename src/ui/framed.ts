import { t } from './text/text.svelte.ts';

/** Another page frames this one, ours or not: by what it lays over it, it could have a person press what they do not see. */
export const isFramed = (): boolean => window.top !== window.self;

/** All that a framed page shows: where it is to be had by itself. A host that sends our headers is never framed (tools/dev/hosting.mjs). */
export function showFramed(target: HTMLElement): void {
  const link = document.createElement('a');
  link.href = location.href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.textContent = t().app.unframe;
  target.replaceChildren(link);
}
