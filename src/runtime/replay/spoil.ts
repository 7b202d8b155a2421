import type { MemoryDisk } from '../../chaos/memory-store.ts';
import type { FaultDetail } from '../../journal/fault-events.ts';
import type { FaultKind } from '../../journal/vocabulary.ts';
import { parsedJson } from '../../kernel/parsed-json.ts';

/** A version of the future, as the fault gives a record. */
const NEXT_VERSION = 1000;
const pad = (value: number): string => String(value).padStart(12, '0');

/**
 * Spoils the record that the recorded fault struck, as its `detail` names it. Nothing where it names none that a replay has: of a lost piece of
 * the log nobody knows what was in it.
 */
export function spoilAgain(disk: MemoryDisk, run: string, kind: FaultKind, detail: FaultDetail): void {
  if (detail.code !== 'record' || detail.table === 'journal') return;
  const { table } = detail;
  const [, ...numbers] = keyIn(detail.key);
  const [first, second] = numbers;
  if (!Number.isSafeInteger(first)) return;
  const records = table === 'results' ? disk.tables.results : disk.tables.agents;
  const key = `${run}/${pad(Number(first))}${table === 'results' ? '' : `/${String(second)}`}`;
  const record = records.get(key);
  if (record)
    records.set(key, kind === 'old-version' ? { ...record, v: NEXT_VERSION } : { ...record, body: `${record.body} ` });
}

function keyIn(text: string): readonly unknown[] {
  const key = parsedJson(text);
  return Array.isArray(key) ? key : [];
}
