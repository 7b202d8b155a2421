import { partitionPoint } from '../../kernel/partition-point.ts';
import { itemOf } from '../definition/run-setup.ts';
import type { ItemTable } from '../../swarm/input/item-table.ts';
import { AnswerMaker } from '../../telemetry/answer/make-answer.ts';
import { firstYearless } from '../../swarm/times.ts';
import type { Answer, LinePlace } from '../protocol/protocol.ts';
import type { RunView } from './run-view.ts';

/** Rows asked for at once. */
const PIECE = 500;
/** Items looked at for the first time that has no year. */
const LOOKED_AT = 100;
/** Neighbours of a line at each side, and characters of each. */
const NEIGHBOURS = 2;
const MOST_CHARACTERS = 2000;

type View = Pick<RunView, 'id' | 'plan' | 'state' | 'index' | 'rows' | 'status'>;

interface Made {
  readonly rows: number;
  readonly over: boolean;
  readonly answer: Promise<Answer>;
}
/** The answer that was made last: it stays the same as long as no row comes. */
const made = new WeakMap<View, Made>();

/** The report of the swarm file over the rows that are there; null where it has none. Reads all rows. */
export function answerOf(view: View): Promise<Answer | null> {
  if (view.plan.report === null) return Promise.resolve(null);
  const [rows, over] = [view.index.size, view.state.ended];
  const known = made.get(view);
  if (known?.rows === rows && known.over === over) return known.answer;
  const answer = make(view, over);
  made.set(view, { rows, over, answer });
  answer.catch(() => made.delete(view));
  return answer;
}

async function make(view: View, over: boolean): Promise<Answer> {
  const { id, plan, state, index, rows } = view;
  const { items, report } = plan;
  if (report === null) throw new RangeError('answerOf: the swarm file has no report');
  const maker = new AnswerMaker(report, firstYearless(items.first(LOOKED_AT).map(({ text }) => text)), ({ task }) =>
    itemOf(plan, state, task),
  );
  for (let task = items.length; task < state.tasks.size; task += PIECE) {
    const tasks = Array.from({ length: Math.min(PIECE, state.tasks.size - task) }, (_, k) => task + k);
    maker.made((await rows.rows(id, tasks)).map(({ row }) => row));
  }
  // A row may have gone bad since it was indexed: then the answer is not whole.
  const read = new Uint8Array(state.tasks.size);
  await rows.eachRow(id, (piece) => {
    for (const { row } of piece) read[row.task] = 1;
    maker.rows(piece.map(({ row }) => row));
  });
  const { name, modelId, engine } = view.status();
  return maker.end({
    run: { id, name, model: modelId, engine },
    items: items.length,
    tasks: state.tasks.size,
    ended: read.reduce((sum, one) => sum + one, 0),
    over,
    failures: index.failures(),
    passedOver: plan.notes.reduce((sum, note) => sum + (note.code === 'skipped' ? note.count : 0), 0),
  });
}

/** A line of the input with those around it, and its row; null where no item begins on it. */
export async function placeOf({ id, plan, rows }: View, line: number): Promise<LinePlace | null> {
  const { items } = plan;
  const task = itemOn(items, line);
  if (task === null) return null;
  const from = Math.max(0, task - NEIGHBOURS);
  const around = Array.from({ length: Math.min(items.length, task + NEIGHBOURS + 1) - from }, (_, k) =>
    items.at(from + k),
  );
  const lines = around.flatMap((item) =>
    item ? [{ line: item.line, text: item.text.slice(0, MOST_CHARACTERS).toWellFormed() }] : [],
  );
  const [found] = await rows.rows(id, [task]);
  return { lines, row: found?.row ?? null };
}

/** The first item that begins on the line. */
function itemOn(items: ItemTable, line: number): number | null {
  const found = partitionPoint(items.length, (task) => (items.at(task)?.line ?? 0) < line);
  return items.at(found)?.line === line ? found : null;
}
