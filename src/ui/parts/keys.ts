const TAKES_TEXT =
  'input:not([type=radio], [type=checkbox], [type=range], [type=file]), select, textarea, [contenteditable]';

/** True when a key press belongs to something that takes text, or carries a modifier: then it is no shortcut. All shortcuts of the page ask it. */
export function typing(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  return event.target instanceof Element && event.target.closest(TAKES_TEXT) !== null;
}
