/**
 * What the page knows of a run: the newest status and one row of small numbers per agent, filled from frames. It decides nothing.
 * Cells are told at once, to whoever paints them; the status is told once per microtask however many frames came.
 */
import type { RunFrame, RunStatus } from '../../runtime/protocol/protocol.ts';

export interface CellChange {
  /** True when every agent may have changed, or their number. */
  readonly full: boolean;
  /** Rows that changed, and the state index that each had before; empty when full. */
  readonly agents: Uint32Array;
  readonly before: Uint8Array;
}

export class RunBuffer {
  /** Index into AGENT_STATES, by agent row. */
  state: Uint8Array = new Uint8Array(0);
  /** Index into TIERS, by agent row. */
  tier: Uint8Array = new Uint8Array(0);
  /** Health x 1000, by agent row. */
  health: Uint16Array = new Uint16Array(0);
  status: RunStatus | null = null;
  /** Counts frames that carried cells; what is derived from cells is stale when this moved. */
  version = 0;

  readonly #cellListeners = new Set<(change: CellChange) => void>();
  readonly #statusListeners = new Set<(status: RunStatus) => void>();
  readonly #report: (error: unknown) => void;
  #scheduled = false;

  /** @param report told of a listener that failed; the page's own log of errors unless given */
  constructor(report?: (error: unknown) => void) {
    this.#report = report ?? ((error) => reportError(error));
  }

  /** Never throws: what sends frames would take the page for gone and send all of them whole from then on. */
  apply(frame: RunFrame): void {
    const agents = frame.status.agents;
    const resized = agents !== this.state.length;
    if (resized) {
      this.state = new Uint8Array(agents);
      this.tier = new Uint8Array(agents);
      this.health = new Uint16Array(agents).fill(1000);
    }
    this.status = frame.status;
    this.#announce();
    const rows = Math.floor(frame.cells.length / 3);
    if (rows > 0 || resized) this.#takeCells(frame.cells, rows, frame.full || resized);
  }

  /** The same run at another moment: only what differs is told, so that a field of many agents is not laid out anew. */
  show(frame: RunFrame): void {
    if (frame.status.agents !== this.state.length) {
      this.apply(frame);
      return;
    }
    const differing = new Uint32Array(frame.cells.length);
    let length = 0;
    for (let k = 0; k + 2 < frame.cells.length; k += 3) {
      const agent = frame.cells[k] ?? 0;
      const packed = (this.state[agent] ?? 0) | ((this.tier[agent] ?? 0) << 8);
      if (packed === frame.cells[k + 1] && this.health[agent] === frame.cells[k + 2]) continue;
      for (let j = k; j < k + 3; j += 1) differing[length++] = frame.cells[j] ?? 0;
    }
    this.apply({ ...frame, full: false, cells: differing.subarray(0, length) });
  }

  /** All of it as one frame; null before there is a status. */
  frame(): RunFrame | null {
    if (!this.status) return null;
    const cells = new Uint32Array(3 * this.state.length);
    for (let agent = 0; agent < this.state.length; agent += 1) {
      cells[3 * agent] = agent;
      cells[3 * agent + 1] = (this.state[agent] ?? 0) | ((this.tier[agent] ?? 0) << 8);
      cells[3 * agent + 2] = this.health[agent] ?? 0;
    }
    return { runId: this.status.id, full: true, cells, status: this.status };
  }

  #takeCells(cells: Uint32Array, rows: number, full: boolean): void {
    const agents = new Uint32Array(rows);
    const before = new Uint8Array(rows);
    let taken = 0;
    for (let k = 0; k < rows; k += 1) {
      const agent = cells[3 * k] ?? 0;
      if (agent >= this.state.length) continue;
      const packed = cells[3 * k + 1] ?? 0;
      agents[taken] = agent;
      before[taken] = this.state[agent] ?? 0;
      this.state[agent] = packed & 0xff;
      this.tier[agent] = (packed >> 8) & 0xff;
      this.health[agent] = cells[3 * k + 2] ?? 0;
      taken += 1;
    }
    this.version += 1;
    const change: CellChange = full
      ? { full, agents: new Uint32Array(0), before: new Uint8Array(0) }
      : { full, agents: agents.subarray(0, taken), before: before.subarray(0, taken) };
    this.#tell(this.#cellListeners, change);
  }

  #announce(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.status) this.#tell(this.#statusListeners, this.status);
    });
  }

  /** One listener that fails ends neither the others nor what comes next. */
  #tell<T>(listeners: ReadonlySet<(news: T) => void>, news: T): void {
    for (const listener of listeners) {
      try {
        listener(news);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  /** Both return the way to stop listening. */
  onCells(listener: (change: CellChange) => void): () => void {
    this.#cellListeners.add(listener);
    return () => this.#cellListeners.delete(listener);
  }

  onStatus(listener: (status: RunStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }
}
