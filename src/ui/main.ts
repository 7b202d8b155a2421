import { mount } from 'svelte';
import { connectRuntime } from '../runtime/client.ts';
import App from './App.svelte';
import { keepOffline } from './offline/offline.svelte.ts';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target, props: { runtime: connectRuntime() } });
addEventListener('load', () => void keepOffline(), { once: true });
