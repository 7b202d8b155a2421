/** How any component comes by the runtime: App sets it once, all rooms get it. */
import { createContext } from 'svelte';
import type { PageApi } from '../../runtime/protocol/protocol.ts';

export const [getRuntime, setRuntime] = createContext<PageApi>();
