/** Text in events that no code of the house stands for. */

/** A sentence of a log of version 1 that fits no code. Only migrations write it; it is shown as it is. */
export interface Told {
  readonly code: 'told';
  readonly text: string;
}

/** Words from elsewhere: an engine, a browser, a schema checker, a parser. Data, shown as it is. */
export interface Reported {
  readonly code: 'reported';
  readonly detail: string;
}

export const reported = (detail: string): Reported => ({ code: 'reported', detail });
