/** A value with long columns of numbers as bytes: the value as JSON, the columns as they lie in memory (little-endian, as every browser's machine has it). */

export type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;
export type Columns = Readonly<Record<string, Column>>;

export interface Unpacked {
  readonly value: unknown;
  readonly columns: Columns;
}

const KINDS = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array } as const;
type Kind = keyof typeof KINDS;
type Listed = readonly (readonly [name: string, kind: Kind, length: number])[];

/** Every column begins at a multiple of this, whatever its numbers are. */
const ALIGNED = 8;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNED) * ALIGNED;

export function pack({ value, columns }: Unpacked): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(columns);
  const listed: Listed = entries.map(([name, column]) => [name, column.constructor.name as Kind, column.length]);
  const head = new TextEncoder().encode(JSON.stringify({ value, columns: listed }));
  const size = entries.reduce((sum, [, { byteLength }]) => sum + aligned(byteLength), ALIGNED + aligned(head.length));
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, ALIGNED);
  let at = ALIGNED + aligned(head.length);
  for (const [, { buffer, byteOffset, byteLength }] of entries) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  return bytes;
}

/** Columns are views of the bytes. @throws where the bytes are not what `pack` makes: RangeError, SyntaxError or TypeError */
export function unpack(bytes: Uint8Array<ArrayBuffer>): Unpacked {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = new TextDecoder().decode(bytes.subarray(ALIGNED, ALIGNED + length));
  const { value, columns: listed } = JSON.parse(head) as { readonly value: unknown; readonly columns: Listed };
  const columns: Record<string, Column> = {};
  let at = bytes.byteOffset + ALIGNED + aligned(length);
  for (const [name, kind, count] of listed) {
    const column = new KINDS[kind](bytes.buffer, at, count);
    columns[name] = column;
    at += aligned(column.byteLength);
  }
  return { value, columns };
}

/** The column of that name and kind. @throws TypeError where there is none */
export function columnOf<Kind extends Column>(
  columns: Columns,
  name: string,
  kind: abstract new (length: number) => Kind,
): Kind {
  const column = columns[name];
  if (!(column instanceof kind)) throw new TypeError(`no column ${name}`);
  return column;
}
