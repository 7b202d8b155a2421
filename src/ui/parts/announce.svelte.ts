/** One polite live region for the whole page, which App draws and every room speaks through: what changed that matters. */
let message = $state('');

export function announced(): string {
  return message;
}

/** The same text twice is spoken twice: a trailing no-break space makes the second differ. */
export function announce(text: string): void {
  message = text === message ? `${text}\u00a0` : text;
}
