import { mount } from 'svelte';
import { connectRuntime } from '../runtime/client/client.ts';
import App from './App.svelte';
import { isFramed, showFramed } from './framed.ts';
import { keepOffline } from './offline/offline.svelte.ts';
import { renewal } from './base/renewal.svelte.ts';
import { settings } from './base/settings.svelte.ts';
import { onWaking } from './base/waking.ts';
import { loadDictionary } from './text/text.svelte.ts';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
// English stands in for words that cannot be fetched.
const words = loadDictionary(settings().language).catch(() => undefined);
if (isFramed()) {
  void words.then(() => showFramed(target));
} else {
  const runtime = connectRuntime();
  runtime.onRespawn((reason) => Object.assign(renewal, { unread: true, reason }));
  onWaking(() => void runtime.woke().catch(() => undefined));
  void words.then(() => mount(App, { target, props: { runtime } }));
  addEventListener('load', () => void keepOffline(), { once: true });
}
