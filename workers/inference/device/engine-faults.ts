/**
 * Every fault a person can meet on the way to a running model: what failed in one sentence, what to do in another.
 */
import { EngineFault, type EngineError, type LocalErrorCode } from '../../../src/engine/contract.ts';

const REMEDY: Record<LocalErrorCode, string> = {
  'no-webgpu':
    'Use Chrome or Edge 121 or later, Safari 26, or Firefox 141 or later, on a page served over HTTPS or from this computer; or run the scripted engine.',
  'no-adapter':
    'Turn on hardware acceleration in the browser settings, update the graphics driver, then restart the browser; or run the scripted engine.',
  'model-unknown': 'Choose a model from the list, or give the address of a model folder.',
  'model-unreachable':
    'Check the address and the network, and that the server allows this page to read it (CORS); then try again.',
  'model-checksum':
    'Try again: the bad copy has been removed. If it stays, the files on the server are not those their checksums were made from.',
  'model-malformed':
    'Nothing of the weights was fetched. Use a folder that MLC made for WebLLM 0.2.86, or mend the field that is named.',
  'model-oversized':
    'The download was stopped and nothing of it is kept. Use a folder whose files are as long as its index says.',
  'model-stalled': 'Check the network and the server, then try again: files that are whole are not fetched again.',
  'model-elsewhere':
    'Give the address that the files really have: a folder may not lead to other hosts, only hubs to their own.',
  'library-too-old': 'Use a model whose library is built for WebLLM 0.2.86, or the model of that name in the list.',
  'storage-full': 'Free disk space or delete models that were loaded before, then try again.',
  'out-of-memory': 'Choose a smaller model or fewer residents, or close other programs that use the GPU.',
  'over-budget': 'Choose a smaller model, fewer residents, or raise the budget.',
  'device-lost':
    'The engine starts again from the copy of the model on this disk; if it repeats, choose a smaller model or fewer residents.',
  'worker-dead': 'The run starts a fresh worker and takes up its turns again.',
  'prompt-too-long': 'Shorten the role prompt or the input, or use a model with a longer context.',
  'schema-unsupported': 'Simplify the output schema: plain types, enum, required, items.',
  internal: 'Try again; if it stays, report it with the detail.',
};

/** A lost device fails a pass, and the loading of a pool, before it is reported as lost; so long after at most, on a busy machine too, ms. */
export const LOSS_REPORT_MS = 1000;

/** Makes an error of the contract; `remedy` where the usual one would mislead. */
export function fault(code: LocalErrorCode, message: string, detail?: unknown, remedy = REMEDY[code]): EngineFault {
  return new EngineFault({ code, message, remedy, ...(detail === undefined ? {} : { detail: describe(detail) }) });
}

export function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

/** Translates what WebLLM, TVM, the Cache API and WebGPU throw while a model loads or runs. */
export function toEngineError(thrown: unknown): EngineError {
  if (thrown instanceof EngineFault) return thrown.error;
  const text = describe(thrown);
  const as = (code: LocalErrorCode, message: string): EngineError => fault(code, message, text).error;
  if (thrown instanceof DOMException && thrown.name === 'QuotaExceededError') {
    return as('storage-full', 'The browser has no room left to keep the model.');
  }
  if (/WebGPUNotAvailable|WebGPUNotFound/.test(text)) return as('no-webgpu', 'This browser offers no WebGPU.');
  if (/compatible GPU|requestAdapter/i.test(text)) return as('no-adapter', 'The browser found no GPU it may use.');
  if (/IntegrityError/.test(text))
    return as('model-checksum', 'A file of the model does not have the checksum it should have.');
  if (/Device was lost|DeviceLost|device is lost|already been disposed|been destroyed/i.test(text)) {
    return as('device-lost', 'The GPU device was lost.');
  }
  if (/out.of.memory|OutOfMemory|RangeError: .*allocation|maxBufferSize/i.test(text)) {
    return as('out-of-memory', 'The GPU has not enough memory for this model.');
  }
  if (
    /Cannot find (required VM function|global function)|Cannot find .* in exports|Invalid kv_cache ABI|detect wasm memory|LinkError|CompileError|import object/i.test(
      text,
    )
  ) {
    return as('library-too-old', "The model's library does not fit this version of WebLLM.");
  }
  if (/NetworkError|Failed to fetch|Cannot fetch|Failed to execute 'add' on 'Cache'/i.test(text)) {
    return as('model-unreachable', 'The model could not be fetched.');
  }
  if (/FeatureSupport|shader-f16/i.test(text)) {
    return fault(
      'model-unknown',
      'This build of the model needs 16-bit floats in shaders, which this GPU does not offer.',
      text,
      'Choose the f32 build of the model.',
    ).error;
  }
  if (/ContextWindowSizeExceeded/.test(text))
    return as('prompt-too-long', "The prompt is longer than the model's context.");
  if (/GrammarMatcherInit|InvalidResponseFormat|JSON schema/i.test(text)) {
    return as('schema-unsupported', 'The output schema cannot be turned into a grammar.');
  }
  return as('internal', 'The engine failed.');
}
