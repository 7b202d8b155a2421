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
  'model-malformed': {
    title: 'The model folder does not hold together',
    remedy: 'Use a folder made for this version of WebLLM; what does not fit is named.',
  },
  'model-oversized': {
    title: 'A file of the model is longer than it may be',
    remedy: 'Its download was stopped. Use a folder whose files are as long as its index says.',
  },
  'model-stalled': {
    title: 'The download stands still',
    remedy: 'Check the connection and the server, then start again: whole files are not fetched again.',
  },
  'model-elsewhere': {
    title: 'The model folder leads to another host',
    remedy: 'Give the address where its files really are.',
  },
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
  'remote-absent': {
    title: 'No endpoint has been named in this tab',
    remedy: 'Name it below: neither its address nor its key is stored, so a reload forgets both.',
  },
  'remote-unreachable': {
    title: 'The endpoint did not answer',
    remedy: 'Check that it runs and that address and port are right; a browser does not say more.',
  },
  'remote-offline': { title: 'This computer has no network', remedy: 'It goes on by itself once there is one.' },
  'remote-blocked': {
    title: 'The endpoint does not let this page read its answers',
    remedy: 'Let its server allow this page’s origin (CORS; Ollama: OLLAMA_ORIGINS).',
  },
  'remote-redirected': {
    title: 'The endpoint sends elsewhere',
    remedy: 'Give the address that it leads to: the key goes to no host but the one that you named.',
  },
  'remote-key': { title: 'The endpoint refuses the key', remedy: 'Give the right key.' },
  'remote-forbidden': {
    title: 'The endpoint does not allow this',
    remedy: 'Check what the key may do, and from where; some servers refuse pages of other origins.',
  },
  'remote-path': {
    title: 'There is a server, but nothing to ask at this path',
    remedy: 'Check the address: for most servers it ends in /v1.',
  },
  'remote-page': {
    title: 'The endpoint answers with a web page',
    remedy: 'Check the address; a sign-in or a proxy may stand in between.',
  },
  'remote-model': { title: 'The endpoint has no such model', remedy: 'Give the name as its list of models has it.' },
  'remote-quota': {
    title: 'The endpoint’s account has nothing left to spend',
    remedy: 'Raise its credit or its limit, then go on.',
  },
  'remote-busy': {
    title: 'The endpoint takes no more requests for now',
    remedy: 'It asked for a longer wait than is waited; go on later.',
  },
  'remote-refused': { title: 'The endpoint refuses the request', remedy: 'What it says stands beside it.' },
  'remote-failed': { title: 'The endpoint failed', remedy: 'What it says stands beside it.' },
  'remote-dropped': {
    title: 'The connection was lost in the middle of an answer',
    remedy: 'The turn is taken again; where it stays, look at what stands in between.',
  },
  'remote-garbled': {
    title: 'The endpoint’s answer cannot be read',
    remedy: 'Check that it speaks OpenAI’s chat completions.',
  },
  'remote-overlong': {
    title: 'The endpoint wrote far more than it was asked for',
    remedy: 'Its server does not hold to the limit of tokens.',
  },
  'remote-filtered': {
    title: 'A filter of the endpoint stopped it',
    remedy: 'Another model may answer; here the task ends by that name.',
  },
  'remote-declined': {
    title: 'The model declined to answer',
    remedy: 'Another model may answer; here the task ends by that name.',
  },
  internal: { title: 'Something failed that should not', remedy: 'Reload the page; committed results are kept.' },
};
