/**
 * Runs whose rows are in this tab's memory and nowhere else: as long as there is one the browser asks before the page is closed or reloaded.
 * Also once such a run is off the screen, for nothing tells of it then; opened again, stored anew while it is looked at, or deleted, it counts
 * no more.
 */
const runs = new Set<string>();

const ask = (event: Event): void => {
  event.preventDefault();
};

export function onlyHere(run: string, is: boolean): void {
  if (is) {
    runs.add(run);
    addEventListener('beforeunload', ask);
    // Only while it is needed: it keeps a page out of the back/forward cache.
  } else if (runs.delete(run) && runs.size === 0) removeEventListener('beforeunload', ask);
}
