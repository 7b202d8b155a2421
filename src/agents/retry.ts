import type { Random } from '../kernel/random.ts';
import { hash32 } from '../kernel/random.ts';

const FIRST_DELAY = 250;
const DELAY_CAP = 15_000;
const TEMPERATURE_STEP = 0.25;
const TEMPERATURE_CAP = 1;

/** Milliseconds before the attempt after `failures` failed ones: exponential, capped at 15 s, half of it drawn (equal jitter). */
export function retryDelay(failures: number, random: Random): number {
  const whole = Math.min(DELAY_CAP, FIRST_DELAY * 2 ** Math.max(0, failures - 1));
  return Math.round(whole / 2 + random.next() * (whole / 2));
}

/** Sampling of an attempt: each one draws with another seed, and a failed one makes the next a little bolder. */
export function retrySampling(
  role: { readonly temperature: number; readonly topP: number },
  key: string,
  failures: number,
) {
  const temperature = Math.min(
    Math.max(TEMPERATURE_CAP, role.temperature),
    role.temperature + TEMPERATURE_STEP * failures,
  );
  return { temperature, topP: role.topP, seed: hash32(`${key}/${String(failures)}`) };
}
