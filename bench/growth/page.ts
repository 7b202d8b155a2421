/** Writes stored runs for the product's page of the same origin, in a worker; bench/growth.mjs asks for them. */
import { Worker } from '../../src/runtime/client/trusted-scripts.ts';
import type { Made, Wanted } from './worker.ts';

const write = (wanted: Wanted): Promise<Made> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Made>) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => {
      reject(new Error(message));
    };
    worker.postMessage(wanted);
  });

Object.assign(window, { write });
