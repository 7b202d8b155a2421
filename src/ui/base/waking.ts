/** Calls `woke` when this tab, the computer or its network may have been away and is there again. */
export function onWaking(woke: () => void): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') woke();
  });
  document.addEventListener('resume', woke);
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) woke();
  });
  addEventListener('online', woke);
}
