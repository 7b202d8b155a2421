/**
 * The pocket model as a model of the hub: libraries of MLC's shape (made by `make.sh stock`, `libraries.br`), and the committed weights laid
 * out as MLC packs them. Tests and benches serve these files; nothing of them is shipped.
 *
 *   node files.mjs pack OUT STOCK MENDED     the libraries into one file
 *   node files.mjs folder OUT [stock|mended] a model folder, to be served by any server
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const pocket = path.resolve(here, '../../../public/models/pocket');
const packed = path.join(here, 'libraries.br');

/** With TVM's own merge kernel, and without its race. @typedef {'stock' | 'mended'} Variant */

/** The stock library's length, then both: almost the same bytes, so the second costs next to nothing. */
const HEAD = 4;

/** @param {Variant} variant @returns {Buffer} a WebAssembly module */
export function stockLibrary(variant) {
  const bytes = brotliDecompressSync(readFileSync(packed));
  const end = HEAD + bytes.readUInt32LE(0);
  return variant === 'stock' ? bytes.subarray(HEAD, end) : bytes.subarray(end);
}

/** @param {Buffer} stock @param {Buffer} mended */
function pack(stock, mended) {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(stock.length);
  const all = Buffer.concat([head, stock, mended]);
  return brotliCompressSync(all, {
    params: {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: all.length,
    },
  });
}

/** Our names of parts, and those that MLC gives a Llama's. As in `lib/stock.py`. */
const PARTS = {
  head: 'embed_tokens',
  norm: 'norm',
  norm1: 'input_layernorm',
  norm2: 'post_attention_layernorm',
  qkv: 'self_attn.qkv_proj',
  out: 'self_attn.o_proj',
  gate_up: 'mlp.gate_up_proj',
  down: 'mlp.down_proj',
};
const KINDS = { q_words: 'q_weight', q_scale: 'q_scale', weight: 'weight' };

/** @param {string} name @returns {string} */
function mlcName(name) {
  const parts = name.split('.');
  const kind = /** @type {keyof typeof KINDS} */ (parts.pop());
  const part = /** @type {keyof typeof PARTS} */ (parts.pop());
  return ['model', ...parts, PARTS[part], KINDS[kind]].join('.');
}

/**
 * Words [K / 8, N] to [N, K / 8], scales [K / 32, N] to [N, K / 32]: a word holds eight values along K either way.
 * @param {Uint32Array} values @param {readonly number[]} shape @returns {Uint32Array<ArrayBuffer>}
 */
function transposed(values, [rows = 0, columns = 0]) {
  const out = new Uint32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      out[column * rows + row] = /** @type {number} */ (values[row * columns + column]);
  return out;
}

/** @typedef {{ name: string, shape: number[], dtype: string, format: string, nbytes: number, byteOffset: number }} Weight */

/**
 * The folder of a model of the hub, by path: `resolve/main/...` and the library, `pocket.wasm` as in the pocket model's own folder.
 * @param {Variant} variant @returns {Map<string, Buffer>}
 */
export function stockFolder(variant) {
  const read = (/** @type {string} */ name) => readFileSync(path.join(pocket, 'resolve/main', name));
  const index = JSON.parse(read('tensor-cache.json').toString());
  const [shard] = index.records;
  const weights = read(shard.dataPath);
  const bytes = Buffer.alloc(weights.length);
  const records = /** @type {Weight[]} */ (shard.records).map((record) => {
    const own = weights.subarray(record.byteOffset, record.byteOffset + record.nbytes);
    const matrix = record.shape.length === 2;
    if (matrix) {
      const values = new Uint32Array(new Uint8Array(own).buffer);
      Buffer.from(transposed(values, record.shape).buffer).copy(bytes, record.byteOffset);
    } else own.copy(bytes, record.byteOffset);
    return { ...record, name: mlcName(record.name), shape: [...record.shape].reverse() };
  });
  const md5sum = createHash('md5').update(bytes).digest('hex');
  const config = { ...JSON.parse(read('mlc-chat-config.json').toString()), prefill_chunk_size: 1024 };
  const json = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value));
  return new Map([
    ['pocket.wasm', stockLibrary(variant)],
    ['resolve/main/mlc-chat-config.json', json(config)],
    ['resolve/main/tensor-cache.json', json({ ...index, records: [{ ...shard, records, md5sum }] })],
    [`resolve/main/${shard.dataPath}`, bytes],
    ['resolve/main/tokenizer.json', read('tokenizer.json')],
  ]);
}

/** Writes that folder, to be served by any server. @param {string} folder @param {Variant} variant */
export function writeStockFolder(folder, variant) {
  for (const [name, bytes] of stockFolder(variant)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [what, out = '', ...more] = process.argv.slice(2);
  if (what === 'pack') {
    const [stock = '', mended = ''] = more;
    writeFileSync(out, pack(readFileSync(stock), readFileSync(mended)));
  } else if (what === 'folder') {
    writeStockFolder(out, more[0] === 'mended' ? 'mended' : 'stock');
  } else {
    console.error('usage: files.mjs pack OUT STOCK MENDED | folder OUT [stock|mended]');
    process.exitCode = 2;
  }
}
