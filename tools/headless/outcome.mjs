/** What is told at the end: files, the summary line, and how to go on. */
import { writtenOut } from '../../src/ui/base/visible.mjs';
import { EXIT, Stopped } from './exits.mjs';
import { isPlain, STREAM } from './files.mjs';
import { exported } from './page.mjs';
import { writeTo, writeWhole } from './sinks.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ out?: string | undefined, csv?: string | undefined, report?: string | undefined, markdown?: string | undefined }} Outputs */

/** Files that a run writes, as they were named. @param {Outputs} outputs */
export const outputsOf = ({ out, csv, report, markdown }) => [out, csv, report, markdown];

/** Writes the report of the run that the page shows, and its answer as Markdown. A swarm without a report has none. @param {Page} page @param {Outputs} outputs @returns {Promise<Record<string, any>>} */
export async function takeReport(page, { report, markdown }) {
  const told = JSON.parse((await exported(page, 'report')).toString('utf8'));
  const text = `${JSON.stringify(told, null, 2)}\n`;
  if (report === STREAM) await writeTo(process.stdout, text);
  else if (report !== undefined) await writeWhole(report, text);
  if (markdown !== undefined && told.answer) {
    const answer = await exported(page, 'markdown');
    if (markdown === STREAM) await writeTo(process.stdout, answer.toString('utf8'));
    else await writeWhole(markdown, answer);
  }
  return told;
}

/** @param {Record<string, any>} report @param {Outputs} outputs */
export function summaryOf({ engine, batched, model, tasks, results, failed, tokensPerSecond, seed }, { out, report }) {
  return {
    ...{ engine, batched, model, tasks, results, failed, tokensPerSecond, seed },
    ...{ out: out ?? null, report: report ?? null },
  };
}

/**
 * The last line. Where standard output has the results, all else goes to standard error.
 * @param {object} summary @param {(string | undefined)[]} outputs @param {(text: string) => void} tell
 */
export async function tellSummary(summary, outputs, tell) {
  const line = writtenOut(JSON.stringify(summary));
  if (outputs.includes(STREAM)) return tell(line);
  // Whoever closed standard output wants no summary.
  await writeTo(process.stdout, `${line}\n`).catch((error) => {
    if (!(error instanceof Stopped) || error.code !== EXIT.readerGone) throw error;
  });
}

/** @param {string} word an argument, as a shell takes it */
export const quoted = (word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/**
 * The command that goes on with a run.
 * @param {Outputs & { state?: string | undefined, remote?: { url: string, model: string } | null }} options
 * @param {string} command that started this one
 */
export function howToGoOn({ out, csv, report, markdown, state, remote = null }, command) {
  // A pipe that the shell made is gone by then.
  const files = Object.entries({ out, csv, report, markdown }).filter(
    ([, file]) => file !== undefined && (file === STREAM || isPlain(file)),
  );
  const named = [...files, ...(state === undefined ? [] : [['state', state]])].flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  // What leaves this computer is allowed anew each time.
  const elsewhere = remote ? ['--remote', remote.url, '--remote-model', remote.model] : [];
  return [command, 'run', '--resume', ...[...named, ...elsewhere].map(quoted)].join(' ');
}
