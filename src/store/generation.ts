/**
 * Raised with each change of the database that a tab of an older version cannot live with: what it writes to would be upgraded under it. A
 * newer page waits then until no other tab runs a run. The same number as the database's own (`Database`), without its code.
 */
export const STORE_GENERATION = 2;
