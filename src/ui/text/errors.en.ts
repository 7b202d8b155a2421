/** Errors of an engine in English: what failed, and the way on. */
import type { EngineErrorCode } from '../../journal/vocabulary.ts';

export const errorsEn: Readonly<Record<EngineErrorCode, { readonly title: string; readonly remedy: string }>> = {
  'no-webgpu': { title: 'This browser has no WebGPU', remedy: 'Use Chrome or Edge 121 or later on a desktop.' },
  'no-adapter': {
    title: 'The browser gave no GPU',
    remedy: 'Open chrome://gpu and look for “WebGPU”; update the graphics driver.',
  },
  'model-unknown': {
    title: 'No such model',
    remedy: 'Choose one from the list, or give the address of a model folder.',
  },
  'model-unreachable': {
    title: 'The model could not be fetched',
    remedy: 'Check the address and the connection, then start again.',
  },
  'model-checksum': { title: 'The model’s files are damaged', remedy: 'Start again: they are fetched anew.' },
  'library-too-old': {
    title: 'The model library is too old',
    remedy: 'Choose a model built for this version of WebLLM.',
  },
  'storage-full': { title: 'The browser’s storage is full', remedy: 'Delete stored runs, or free disk space.' },
  'out-of-memory': { title: 'The GPU has no memory left', remedy: 'Choose a smaller model or fewer agents at once.' },
  'over-budget': {
    title: 'This does not fit in the memory budget',
    remedy: 'Choose a smaller model, or raise the GPU memory if the card has more.',
  },
  'device-lost': { title: 'The GPU was lost', remedy: 'It is opened again by itself; committed results are kept.' },
  'worker-dead': { title: 'The inference worker died', remedy: 'Another is started; committed results are kept.' },
  'prompt-too-long': {
    title: 'A prompt is longer than the model’s context',
    remedy: 'Shorten the prompt or the input lines.',
  },
  'schema-unsupported': {
    title: 'The output schema is not supported',
    remedy: 'Use plain objects, strings, numbers, enums and arrays.',
  },
  'remote-refused': {
    title: 'The endpoint refused',
    remedy: 'Check the key and the name of the model. The task stays with the model here.',
  },
  'remote-unreachable': {
    title: 'The endpoint did not answer',
    remedy: 'The task stays with the model here. Check the address, or take the endpoint back.',
  },
  internal: { title: 'Something failed that should not', remedy: 'Reload the page; committed results are kept.' },
};
