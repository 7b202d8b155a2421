import type { JournalEvent } from './events.ts';
import { decodeEvents, type EncodedEvents, LOG_VERSION, NewerLog } from './journal.ts';

/**
 * The log of a run that has ended, without what only tells how it went: outputs that stand in results anyway, texts of turns, evidence and
 * reasons. Events stay, each with its number, so figures, timeline and the state that is folded from them stay the same.
 */
export function leanChunk<Chunk extends Pick<EncodedEvents, 'version' | 'body'>>(chunk: Chunk): Chunk {
  try {
    const body = decodeEvents(chunk)
      .map((event) => JSON.stringify(leanEvent(event)))
      .join('\n');
    return { ...chunk, version: LOG_VERSION, body };
  } catch (error) {
    // What cannot be read here is left to whoever can.
    if (error instanceof NewerLog) return chunk;
    throw error;
  }
}

function leanEvent(event: JournalEvent): JournalEvent {
  switch (event.type) {
    case 'task.advanced':
    case 'task.part': {
      const { written: _, ...rest } = event;
      return { ...rest, output: null };
    }
    case 'task.requeued': {
      const { partial: _, ...rest } = event;
      return rest;
    }
    case 'turn.ended': {
      const { trace: _, ...rest } = event;
      return rest;
    }
    case 'heal.suspected':
      return { ...event, evidence: [] };
    case 'heal.ordered':
      return { ...event, reasons: [] };
    case 'heal.notice':
      return { ...event, story: [] };
    default:
      return event;
  }
}
