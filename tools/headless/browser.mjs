import { existsSync, readdirSync } from 'node:fs';
import { chromium } from '@playwright/test';

const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A hidden or unfocused tab must work at full speed: nobody looks at this one.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const REAL_GPU = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-angle=vulkan', '--ignore-gpu-blocklist'];

const hasGpuDevice = () => existsSync('/dev/dri') || readdirSync('/dev').some((name) => name.startsWith('nvidia'));

/**
 * Chromium with WebGPU.
 * @param {'auto' | 'gpu' | 'swiftshader'} adapter `auto` takes a real GPU where the machine shows one, SwiftShader elsewhere
 */
export function launchBrowser(adapter) {
  const real = adapter === 'gpu' || (adapter === 'auto' && hasGpuDevice());
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Playwright's own headless shell is another binary; the new headless mode of Chromium proper is asked for by hand.
    headless: false,
    args: ['--headless=new', ...QUIET, ...(real ? REAL_GPU : SWIFTSHADER)],
  });
}
