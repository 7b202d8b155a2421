import type { Engine } from '../../engine/contract.ts';
import type { EscalationOptions, RemoteModel } from '../../engine/escalation.ts';
import type { RemoteEndpoint } from '../../engine/endpoint.ts';
import type { JournalEvent } from '../../journal/events.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { OwnEndpoint, EndpointListener } from '../engines/endpoints.ts';
import type { RecordedShare } from '../tasks/sharing.ts';
import type { RecordedChoice } from '../tasks/choice-maker.ts';
import type { RecordedParts } from '../tasks/created-task.ts';
import type { HealingSettings } from '../supervision/healing-parts.ts';

export interface RunOptions {
  readonly clock: Clock;
  readonly store: RunStore;
  /** `onNews`: see `EndpointListener`; engines that are no endpoints say nothing there. */
  readonly createEngine: (onNews: EndpointListener) => Engine;
  /** Engines for bigger models, beside the run's own. */
  readonly createBeside: () => Engine;
  /** What answers for an endpoint to which tasks that fail here may go. */
  readonly createRemote: (endpoint: RemoteEndpoint, onNews: EndpointListener) => RemoteModel;
  /** Where all agents work; absent, or null: they work here. */
  readonly ownEndpoint?: OwnEndpoint | null;
  readonly models: EscalationOptions['models'];
  /** From `store.openWriter`. */
  readonly fence: number;
  /** Names this tab in the log. */
  readonly tab: string;
  /** How its agents are mended; null: not at all. Absent: as usual. */
  readonly healing?: HealingSettings | null;
  /** Seats are told by `seats`, as in a run that is replayed; absent: they follow load and queue. */
  readonly fixedSeats?: boolean;
  /** Who had whose answer, as in a run that is replayed; absent: texts decide. */
  readonly shares?: readonly RecordedShare[];
  /** Where texts were cut, as in a run that is replayed; absent: texts decide. */
  readonly parts?: RecordedParts;
  /** What steps chose, as in a run that is replayed; absent: outputs decide. */
  readonly choices?: readonly RecordedChoice[];
  /** Events between two snapshots; absent: as usual. */
  readonly snapshotEvery?: number;
  /** Hears every event as it happens, before it is on the disk. */
  readonly onEvent?: (event: JournalEvent) => void;
  /** Gives the run's lock back. */
  readonly release: () => void;
  /** Another tab has taken the run over; this one has stopped. */
  readonly onStale: () => void;
  /** What was stored is gone: this run has its rows in memory only, and has stopped working. */
  readonly onGone: () => void;
  /** A stored row went bad while the run was open: it is to be opened again. */
  readonly onBadRow?: () => void;
}
