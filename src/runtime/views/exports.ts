import type { ResultRow } from '../../store/records.ts';
import { prometheusText, runMetrics } from '../../telemetry/prometheus.ts';
import { type RunReport, runReport } from '../../telemetry/report.ts';
import { csvFile, csvHeader, toCsv, toJsonLines } from '../../telemetry/rows.ts';
import type { ExportKind, RowFormat, RowNote, RowTexts } from '../protocol/protocol.ts';
import { toMarkdown } from '../../telemetry/answer/markdown.ts';
import { answerOf } from './answer.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import type { RunView } from './run-view.ts';

const TYPES: Readonly<Record<ExportKind, string>> = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv',
  report: 'application/json',
  metrics: 'text/plain;version=0.0.4',
  skipped: 'application/x-ndjson',
  answer: 'application/json',
  markdown: 'text/markdown',
};

/** Puts the remark on a row into words. */
export type NoteWords = (note: RowNote) => string;

/**
 * What a person downloads: committed rows in the order of the input, the run report, metrics in the Prometheus text format, what of the input was
 * passed over, or the answer. Rejects with RangeError where an answer is wanted of a swarm without a report.
 */
export async function exportRun(view: RunView, rows: RowSource, kind: ExportKind, noteWords: NoteWords): Promise<Blob> {
  const type = `${TYPES[kind]};charset=utf-8`;
  if (kind === 'report') {
    const answer = await answerOf(view);
    const report: RunReport = { ...reportOf(view), ...(answer && { answer }) };
    return new Blob([`${JSON.stringify(report, null, 2)}\n`], { type });
  }
  if (kind === 'answer' || kind === 'markdown') {
    const answer = await answerOf(view);
    if (!answer) throw new RangeError('exportRun: the swarm file has no report');
    return new Blob([kind === 'answer' ? `${JSON.stringify(answer, null, 2)}\n` : toMarkdown(answer)], { type });
  }
  if (kind === 'metrics') {
    const metrics = runMetrics(reportOf(view), view.status().healing, view.history.faultsByKind());
    return new Blob([prometheusText(metrics)], { type });
  }
  if (kind === 'skipped') {
    const lines = view.plan.skipped.map((record) => `${JSON.stringify(record)}\n`);
    return new Blob(lines, { type });
  }
  const parts: string[] = kind === 'csv' ? [csvHeader()] : [];
  await rows.eachRow(view.id, (piece) => {
    const known = piece.map(({ row }) => told(row, noteWords));
    parts.push(kind === 'csv' ? toCsv(known) : toJsonLines(known));
  });
  return new Blob(kind === 'csv' ? [...csvFile(parts)] : parts, { type });
}

/** Rows in one answer. */
const PIECE = 500;

/** The rows that were committed after `after`, in that order and as `exportRun` writes them: whoever asks again and again has each once. */
export async function rowTexts(
  view: Pick<RunView, 'id' | 'index'>,
  rows: RowSource,
  format: RowFormat,
  after: number,
  noteWords: NoteWords,
): Promise<RowTexts> {
  const next = view.index.after(after, PIECE);
  const found = await rows.rows(
    view.id,
    next.map(({ task }) => task),
  );
  const text = format === 'csv' ? toCsv : toJsonLines;
  return {
    head: format === 'csv' ? csvHeader() : '',
    rows: found.map(({ row }) => ({ task: row.task, text: text([told(row, noteWords)]) })),
    upTo: next.at(-1)?.order ?? after,
  };
}

function told(row: ResultRow, noteWords: NoteWords): ResultRow {
  const { note } = row;
  return typeof note === 'object' ? { ...row, note: noteWords(note as RowNote) } : row;
}

function reportOf(view: RunView) {
  const status = view.status();
  return runReport({
    record: status,
    state: view.state,
    roles: view.plan.layout.roles,
    version: view.plan.settings.version,
    seed: status.seed,
    failures: view.index.failures(),
    signs: view.index.signs(),
    shared: view.index.shared,
    leftOut: view.index.leftOut,
    elapsedMs: status.elapsedMs,
    figures: view.figures(),
    learned: view.history.learned,
    inputNotes: view.plan.notes,
  });
}
