/** The keyboard list is one dialog (Help.svelte); its state is apart from it because anything on the page may ask for it. */
let open = $state(false);

export function helpOpen(): boolean {
  return open;
}

export function showHelp(shown: boolean): void {
  open = shown;
}
