/** A disk of its own, small enough to be filled to the last byte. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import path from 'node:path';
import { scratch } from './page.ts';

/** How often a full disk is filled up again: whatever is freed on it is taken at once. */
const HOLD_MS = 50;
const PIECE = Buffer.alloc(2 ** 20);

export class SmallDisk {
  readonly profile: string;
  readonly #folder: string;
  readonly #ballast: string;
  #holding: NodeJS.Timeout | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#ballast = path.join(folder, 'ballast');
    this.profile = path.join(folder, 'profile');
    mkdirSync(this.profile);
  }

  /** Null where this machine lets nobody mount one; `why` says what it said. */
  static mount(megabytes: number): SmallDisk | { readonly why: string } {
    const folder = scratch();
    const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    return status === 0 ? new SmallDisk(folder) : { why: error?.message ?? stderr.toString().trim() };
  }

  /** To the last byte. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      for (;;) {
        const { bavail, bsize } = statfsSync(this.#folder);
        if (bavail <= 0) return;
        writeSync(file, PIECE, 0, Math.min(PIECE.length, bavail * bsize));
      }
    } catch {
      // Somebody else took the last of it.
    } finally {
      closeSync(file);
    }
  }

  /** To the last byte, from now on. */
  hold(): void {
    this.fill();
    this.#holding ??= setInterval(() => {
      this.fill();
    }, HOLD_MS);
  }

  makeRoom(): void {
    if (this.#holding) clearInterval(this.#holding);
    this.#holding = null;
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    this.makeRoom();
    spawnSync('umount', ['-l', this.#folder]);
  }
}
