/** The browser that drives the page where no person does: end-to-end tests, benches, the command line. */
import { existsSync } from 'node:fs';
import { run } from './workspace.mjs';

/** Where systems keep it; the first is Debian's. */
const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of the browser: what the environment variable CHROMIUM names, or the system's Chromium or Chrome. */
export const executablePath =
  process.env.CHROMIUM ?? usual.find((path) => existsSync(path)) ?? /** @type {string} */ (usual[0]);

/** Flags for every run: the new headless mode, and a browser that makes no requests of its own. */
export const baseFlags = [
  '--headless=new',
  '--enable-unsafe-webgpu',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU computed on the CPU, for machines without a GPU and for tests that must agree everywhere. */
export const swiftShader = '--use-webgpu-adapter=swiftshader';

/** WebGPU on the machine's own GPU, where it has one. */
export const realGpu = ['--enable-features=Vulkan', '--use-angle=vulkan', '--ignore-gpu-blocklist'];

/** Options of `chromium.launch` for a browser that has no WebGPU. */
export const noGpu = {
  executablePath,
  headless: false,
  args: [...baseFlags.filter((flag) => flag !== '--enable-unsafe-webgpu'), '--disable-features=WebGPU,WebGPUService'],
};

/** Installs Debian's chromium where there is no browser. @throws {Error} where that cannot be */
export async function ensureChromium() {
  if (existsSync(executablePath)) return;
  if (process.env.CHROMIUM) throw new Error(`there is no browser at ${executablePath} (named by CHROMIUM)`);
  const elsewhere = 'install Chromium or Chrome, or name one in the environment variable CHROMIUM';
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`there is no browser here: ${elsewhere}`);
  console.error('Installing chromium...');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const command of [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'chromium'],
  ]) {
    const [program = '', ...args] = [...sudo, ...command];
    const code = await run(program, args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, output: 'failure' });
    if (code !== 0) throw new Error(`${command.join(' ')} ended with exit code ${code}: ${elsewhere}`);
  }
}
