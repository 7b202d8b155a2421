/** `node tools/golden/cli.mjs set|replays`: what they are says src/runtime/testing/golden/README.md. */
import { root } from '../dev/workspace.mjs';
import { bundled } from '../headless/bundled.mjs';

process.chdir(root);
const [what] = process.argv.slice(2);
if (what !== 'set' && what !== 'replays') throw new Error('node tools/golden/cli.mjs set|replays');
const { newSet, newReplays } = await bundled('tools/golden/make.ts', 'golden');
await (what === 'set' ? newSet() : newReplays());
