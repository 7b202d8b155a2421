/** What a person is asked and may decide, for a run or for one of its agents. */
import type { OpenNotice } from '../../journal/notices.ts';

/** A question to a person. It closes by itself when what it is about does: the agent works again, the task has ended, the engine is back. */
export type NoticeInfo = Omit<OpenNotice, 'of' | 'failure'>;

/** `output` is checked against what the role asks for: JSON where the role has a schema, else plain text. */
export type Decision =
  { readonly kind: 'retry' | 'skip' | 'give-up' } | { readonly kind: 'edit'; readonly output: string };

/** An OpenAI-compatible endpoint that a person allows for one run. The key stays in this tab's memory: it is neither stored nor logged. */
export interface RemoteSettings {
  /** Base address such as https://host/v1; plain http only on this computer. */
  readonly url: string;
  readonly key: string | null;
  readonly model: string;
}
