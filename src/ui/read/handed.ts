/** The `.planaria` file that a person handed to the page, on its way to the screen that reads it. */
let handed: File | null = null;

/** Ours by name: what is in it is looked at by whoever reads it. */
export const isOurs = (file: File): boolean => /\.planaria$/i.test(file.name);

export function hand(file: File): void {
  handed = file;
}

export function takeHanded(): File | null {
  return handed;
}
