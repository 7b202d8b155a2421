import { createContext } from 'svelte';
import type { RuntimeApi } from '../runtime/protocol.ts';

/** The runtime as components get it; set once in App. */
export const [getRuntime, setRuntime] = createContext<RuntimeApi>();
