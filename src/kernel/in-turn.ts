/**
 * Runs work one at a time, in the order in which it is handed in; what fails holds up nothing behind it. For the runtime worker, which opens
 * runs so, and for the inference worker, whose warm store changes so.
 */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
