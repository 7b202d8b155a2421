/** What a person handed to the page, on its way to the screen that reads it. */
let handed: File | null = null;
/** Where each replay of this tab came from: the link without its `#`, or `file`. */
const origins = new Map<string, string>();

/** Ours by name: what is in it is looked at by whoever reads it. */
export const isOurs = (file: File): boolean => /\.planaria$/i.test(file.name);

export function hand(file: File): void {
  handed = file;
}

export function takeHanded(): File | null {
  return handed;
}

export function cameFrom(replay: string, origin: string): void {
  origins.set(replay, origin);
}

export function originOf(replay: string): string | null {
  return origins.get(replay) ?? null;
}
