/** One polite live region for the whole page: what changed that matters, in words. */
let message = $state('');

export function announced(): string {
  return message;
}

/** The same words twice are spoken twice: a trailing no-break space makes them differ. */
export function announce(words: string): void {
  message = words === message ? `${words}\u00a0` : words;
}
