/**
 * Numbers of K/V pages as bytes: as they are, in 16-bit floats, or in 8 bits with a scale for each 32 neighbours. Little-endian, as every
 * machine with WebGPU is.
 */

/** `f32` bytes a value: 4; `f16`: 2; `q8`: 1.125. */
export type Codec = 'f32' | 'f16' | 'q8';

/** K/V as the GPU holds it: 32-bit floats, or 16-bit ones as their bits. */
export type Values = Float32Array | Uint16Array;

export const CODECS: readonly Codec[] = ['f32', 'f16', 'q8'];

/** Values that share a scale in q8; divides every head dimension in use, so that a group never spans heads. */
export const GROUP = 32;

export function encodedBytes(codec: Codec, count: number): number {
  if (codec === 'f32') return 4 * count;
  if (codec === 'f16') return 2 * count;
  return 4 * Math.ceil(count / GROUP) + count;
}

/** NaN and infinity do not survive q8; attention writes neither. */
export function encode(codec: Codec, values: Values): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encodedBytes(codec, values.length));
  const { buffer } = bytes;
  if (codec === 'f32') {
    if (values instanceof Float32Array) new Float32Array(buffer).set(values);
    else widen(values, new Float32Array(buffer));
  } else if (codec === 'f16') {
    if (values instanceof Uint16Array) new Uint16Array(buffer).set(values);
    else narrow(values, new Uint16Array(buffer));
  } else {
    const floats = values instanceof Float32Array ? values : widen(values, new Float32Array(values.length));
    const groups = Math.ceil(floats.length / GROUP);
    quantise(floats, new Float32Array(buffer, 0, groups), new Int8Array(buffer, 4 * groups));
  }
  return bytes;
}

/**
 * @param bytes as `encode` gave them
 * @param into how the GPU wants them
 * @throws RangeError when there are not as many bytes as `count` values take
 */
export function decode(codec: Codec, bytes: Uint8Array, count: number, into: 'float32'): Float32Array;
export function decode(codec: Codec, bytes: Uint8Array, count: number, into: 'float32' | 'float16'): Values;
export function decode(codec: Codec, bytes: Uint8Array, count: number, into: 'float32' | 'float16'): Values {
  if (bytes.length !== encodedBytes(codec, count))
    throw new RangeError(`${String(bytes.length)} bytes are not ${String(count)} values in ${codec}`);
  // Views need an aligned start; a fresh copy has one.
  const { buffer } = bytes.byteOffset === 0 ? bytes : bytes.slice();
  if (codec === 'f16') {
    const halves = new Uint16Array(buffer, 0, count);
    return into === 'float16' ? halves : widen(halves, new Float32Array(count));
  }
  let floats: Float32Array;
  if (codec === 'f32') {
    floats = new Float32Array(buffer, 0, count);
  } else {
    const groups = Math.ceil(count / GROUP);
    floats = restoreScale(new Float32Array(buffer, 0, groups), new Int8Array(buffer, 4 * groups, count));
  }
  return into === 'float32' ? floats : narrow(floats, new Uint16Array(count));
}

/** Symmetric: scale = largest magnitude / 127. */
function quantise(values: Float32Array, scales: Float32Array, codes: Int8Array): void {
  for (let group = 0; group < scales.length; group++) {
    const from = group * GROUP;
    const to = Math.min(from + GROUP, values.length);
    let largest = 0;
    for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    scales[group] = largest / 127;
    // The scale as it is stored, so that the error is half a step of what will be read.
    const inverse = largest > 0 ? 1 / (scales[group] as number) : 0;
    for (let i = from; i < to; i++) {
      const code = Math.round((values[i] as number) * inverse);
      codes[i] = code > 127 ? 127 : code < -127 ? -127 : code;
    }
  }
}

function restoreScale(scales: Float32Array, codes: Int8Array): Float32Array {
  const values = new Float32Array(codes.length);
  for (let group = 0; group < scales.length; group++) {
    const scale = scales[group] as number;
    const to = Math.min((group + 1) * GROUP, codes.length);
    for (let i = group * GROUP; i < to; i++) values[i] = (codes[i] as number) * scale;
  }
  return values;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
/** 0.5 as bits: adding it to a number below 2^-14 leaves that number in units of 2^-24, the step of the smallest halves. */
const HALF_BITS = 0x3f000000;

/** 32-bit floats to 16-bit ones, to the nearest, ties to even (IEEE 754). */
function narrow(values: Float32Array, into: Uint16Array): Uint16Array {
  const source = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < source.length; i++) {
    const word = source[i] as number;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    let half: number;
    if (magnitude >= 0x47800000) {
      half = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
    } else if (magnitude < 0x38800000) {
      bits[0] = magnitude;
      float[0] = (float[0] as number) + 0.5;
      half = (bits[0] as number) - HALF_BITS;
    } else {
      // Exponent from bias 127 to 15, and half a step to round by, one less where the last bit kept is even.
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    }
    into[i] = sign | half;
  }
  return into;
}

/** Every 16-bit float as a 32-bit one; 256 KiB, made when first needed. */
let widened: Float32Array | null = null;

function widen(halves: Uint16Array, into: Float32Array): Float32Array {
  widened ??= makeWidened();
  for (let i = 0; i < halves.length; i++) into[i] = widened[halves[i] as number] as number;
  return into;
}

function makeWidened(): Float32Array {
  const table = new Float32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) table[half] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) table[half] = sign * fraction * 2 ** -24;
    else table[half] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
}
