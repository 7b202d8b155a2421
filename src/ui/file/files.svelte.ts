/** Files into which runs are written as they go, as long as the page lives: by run, one each. */
import { type PageApi, type RowFormat, type RunStatus, systemClock } from '../../runtime/protocol/protocol.ts';
import { RowFile, type ChosenFile, type RowFileState } from './row-file.ts';

type Picked = ChosenFile & { requestPermission?(options: { readonly mode: 'readwrite' }): Promise<string> };
type Picker = (options: {
  readonly suggestedName: string;
  readonly types: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[];
}) => Promise<Picked>;

const TYPES: Readonly<Record<RowFormat, Readonly<Record<string, readonly string[]>>>> = {
  jsonl: { 'application/x-ndjson': ['.jsonl'] },
  csv: { 'text/csv': ['.csv'] },
};

/** What asks a person for a file to write to; null where the browser has no such thing. */
const picker = (): Picker | null => (globalThis as { readonly showSaveFilePicker?: Picker }).showSaveFilePicker ?? null;

const committedIn = ({ results, failed }: RunStatus): number => results + failed;

const clock = systemClock();

class Files {
  /** By run's id. */
  states = $state.raw<Readonly<Record<string, RowFileState>>>({});
  readonly #files = new Map<string, { readonly file: RowFile; readonly picked: Picked }>();
  #listens = false;

  get possible(): boolean {
    return picker() !== null;
  }

  /** Asks for a file and begins to write it, from the run's first row on. False where the person chose none. Rejects as the browser does. */
  async choose(runtime: Pick<PageApi, 'rowTexts'>, status: RunStatus, format: RowFormat): Promise<boolean> {
    const { id } = status;
    const suggestedName = `planaria-${id}.${format}`;
    let picked: Picked | undefined;
    try {
      picked = await picker()?.({ suggestedName, types: [{ accept: TYPES[format] }] });
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error;
    }
    if (!picked) return false;
    await this.#files.get(id)?.file.save();
    const file = new RowFile({
      ...{ file: picked, format },
      ask: (after) => runtime.rowTexts(id, format, after),
      now: () => clock.now(),
      onChange: (state) => {
        if (this.#files.get(id)?.file === file) this.#set(id, state);
      },
    });
    this.#files.set(id, { file, picked });
    this.#set(id, file.state);
    this.#listen();
    this.note(status);
    return true;
  }

  /** How the run stands now: what is new goes into its file, if it has one. */
  note(status: RunStatus): void {
    const over = status.endedAt !== null && committedIn(status) >= status.tasks;
    void this.#files.get(status.id)?.file.pull(committedIn(status), over);
  }

  /** After a fault, by a person's press: the browser may have to ask for the permission again. */
  async retry(status: RunStatus): Promise<void> {
    const chosen = this.#files.get(status.id);
    if (!chosen) return;
    if (chosen.file.state.fault?.code === 'refused') await chosen.picked.requestPermission?.({ mode: 'readwrite' });
    chosen.file.retry();
    this.note(status);
  }

  /** Writes no more; what was written is in the file. */
  async stop(id: string): Promise<void> {
    const chosen = this.#files.get(id);
    this.#files.delete(id);
    const { [id]: _, ...others } = this.states;
    this.states = others;
    await chosen?.file.save();
  }

  /** The page may go: what was written is put into the files. */
  async save(): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ file }) => file.save()));
  }

  #set(id: string, state: RowFileState): void {
    this.states = { ...this.states, [id]: state };
  }

  #listen(): void {
    if (this.#listens) return;
    this.#listens = true;
    document.addEventListener('visibilitychange', () => void this.save());
    addEventListener('pagehide', () => void this.save());
  }
}

export const files = new Files();
