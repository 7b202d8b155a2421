import { existsSync, readdirSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { baseFlags, executablePath, swiftShader } from '../dev/chromium.mjs';

// A hidden or unfocused tab must work at full speed: nobody looks at this one.
const UNWATCHED = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
const REAL_GPU = ['--enable-features=Vulkan', '--use-angle=vulkan', '--ignore-gpu-blocklist'];

const hasGpuDevice = () => existsSync('/dev/dri') || readdirSync('/dev').some((name) => name.startsWith('nvidia'));

/**
 * Chromium with WebGPU.
 * @param {'auto' | 'gpu' | 'swiftshader'} adapter `auto` takes a real GPU where the machine shows one, SwiftShader elsewhere
 */
export function launchBrowser(adapter) {
  const real = adapter === 'gpu' || (adapter === 'auto' && hasGpuDevice());
  return chromium.launch({
    executablePath,
    // Playwright's own headless shell is another binary; the new headless mode of Chromium proper is asked for by hand.
    headless: false,
    args: [...baseFlags, ...UNWATCHED, ...(real ? REAL_GPU : [swiftShader])],
  });
}
