/** `node tools/golden/cli.mjs FOLDER`: writes golden files of today's log format into FOLDER/vN. It overwrites none. */
import { bundled } from '../headless/bundled.mjs';

await bundled('tools/golden/make.ts', 'golden');
