/** What came of something that a person asked for: done, or not and why. The page says it in words. */
import type { EndpointFault } from '../../engine/endpoint.ts';
import type { NoticeChoice, TaskFailure } from '../../journal/vocabulary.ts';

export type ActionDone =
  /** Pressed twice. */
  | { readonly code: 'decided-already'; readonly choice: NoticeChoice }
  /** The task has ended by itself meanwhile. */
  | { readonly code: 'task-ended' }
  | { readonly code: 'task-fails'; readonly failure: TaskFailure }
  /** With as many attempts as at first. */
  | { readonly code: 'task-again' }
  | { readonly code: 'agent-given-up' }
  /** Engine or storage are tried again at once; or the run ends. */
  | { readonly code: 'tried-again' }
  | { readonly code: 'run-ends' }
  | { readonly code: 'edited' }
  /** A failed agent has another chance; its turn was called back; it is made anew. */
  | { readonly code: 'revived'; readonly agent: string }
  | { readonly code: 'called-back'; readonly agent: string }
  | { readonly code: 'restarted'; readonly agent: string }
  | { readonly code: 'paused-already'; readonly agent: string }
  | { readonly code: 'paused'; readonly agent: string }
  | { readonly code: 'resumed'; readonly agent: string }
  | { readonly code: 'endpoint-off' }
  | { readonly code: 'endpoint-on'; readonly name: string }
  /** All agents of the run work there; or nowhere. */
  | { readonly code: 'endpoint-named'; readonly name: string }
  | { readonly code: 'endpoint-none' };

export type ActionRefused =
  | { readonly code: 'settled' }
  | { readonly code: 'decided-otherwise'; readonly choice: NoticeChoice }
  | { readonly code: 'no-choice'; readonly choice: NoticeChoice }
  | { readonly code: 'no-agent' }
  | { readonly code: 'no-supervisor' }
  | { readonly code: 'not-paused'; readonly agent: string }
  /** It has no turn that could be called back. */
  | { readonly code: 'no-turn'; readonly agent: string }
  | { readonly code: 'task-over' }
  /** The task has no step that could be edited. */
  | { readonly code: 'no-step' }
  | { readonly code: 'output-empty' }
  | { readonly code: 'output-not-json'; readonly detail: string }
  /** Not what the role has to give. */
  | { readonly code: 'output-refused'; readonly role: string; readonly detail: string }
  | { readonly code: 'run-over' }
  /** This tab only watches; or this is a replay. */
  | { readonly code: 'watching' }
  | { readonly code: 'replay' }
  /** What names no endpoint. */
  | EndpointFault;

export type ActionReply = ({ readonly ok: true } & ActionDone) | ({ readonly ok: false } & ActionRefused);
