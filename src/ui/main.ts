import { mount } from 'svelte';
import { connectRuntime } from '../runtime/client/client.ts';
import App from './App.svelte';
import { keepOffline } from './offline/offline.svelte.ts';
import { renewal } from './base/renewal.svelte.ts';
import { settings } from './base/settings.svelte.ts';
import { loadDictionary } from './text/text.svelte.ts';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
const runtime = connectRuntime();
runtime.onRespawn((reason) => Object.assign(renewal, { unread: true, reason }));
// English stands in for words that cannot be fetched.
void loadDictionary(settings().language)
  .catch(() => undefined)
  .then(() => mount(App, { target, props: { runtime } }));
addEventListener('load', () => void keepOffline(), { once: true });
