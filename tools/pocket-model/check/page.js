// ?model=FOLDER&lib=WASM[&peer=WASM][&only=exact|timing]: checks the library, times it, then the peer.
import { load } from './library.js';
import { checks } from './exact.js';
import { chat, measure } from './timing.js';

const query = new URLSearchParams(location.search);
const report = { checks: {}, failed: 0, timing: {} };
try {
  const names = ['lib', 'peer'].filter((n) => query.get(n));
  for (const name of names) {
    const library = await load(query.get('model'), query.get(name));
    const cache = library.createCache();
    const vocab = (await (await fetch(`${query.get('model')}resolve/main/mlc-chat-config.json`)).json()).vocab_size;
    if (name === 'lib' && query.get('only') !== 'timing')
      for (const [title, check] of Object.entries(checks)) {
        if (query.get('match') && !title.includes(query.get('match'))) continue;
        try {
          report.checks[title] = await check(library, cache, vocab);
          console.log(`ok    ${title}: ${report.checks[title]}`);
        } catch (error) {
          report.failed++;
          report.checks[title] = `FAILED ${error.message}`;
          console.log(`FAIL  ${title}: ${error.stack ?? error}`);
          break; // the cache may hold sequences of the failed check
        }
      }
    if (query.get('only') !== 'exact') report.timing[query.get(name)] = { ...(await measure(library, cache, vocab)), ...(await chat(library)) };
    await library.engine.unload();
  }
} catch (error) {
  report.failed++;
  report.error = `${error?.stack ?? error}`;
}
window.report = report;
