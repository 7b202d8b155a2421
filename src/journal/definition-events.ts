/** What can be revised of a swarm while its run goes on. */
import type { ToldRevision } from './revisions.ts';

/** Roles change: a number that is new defines a revision, one that is known is given to more agents, or to others. See `Revisions`. */
export type DefinitionEvent = { readonly type: 'definition.revised' } & ToldRevision;
