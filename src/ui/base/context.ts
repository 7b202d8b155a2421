import { createContext } from 'svelte';
import type { PageApi } from '../../runtime/protocol/protocol.ts';

/** The runtime as components get it; set once in App. */
export const [getRuntime, setRuntime] = createContext<PageApi>();
