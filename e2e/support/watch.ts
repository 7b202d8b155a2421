/** What a page does behind its own back: refused by its policy, failed in script, asked of another host. */
import type { BrowserContext } from '@playwright/test';

export interface Watch {
  /** What a page wanted and its policy refused, as `directive: address`. */
  readonly violations: string[];
  /** Errors of scripts and of the console. */
  readonly errors: string[];
  /** Addresses requested, in order. */
  readonly requests: string[];
}

/** Watches every page of the context, from before its first script on. */
export async function watch(context: BrowserContext): Promise<Watch> {
  const seen: Watch = { violations: [], errors: [], requests: [] };
  context.on('weberror', (error) => seen.errors.push(error.error().message));
  context.on('console', (message) => message.type() === 'error' && seen.errors.push(message.text()));
  context.on('request', (request) => seen.requests.push(request.url()));
  await context.exposeBinding('reportViolation', (_, violation: string) => seen.violations.push(violation));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (violation: string) => void };
      reportViolation(`${event.effectiveDirective}: ${event.blockedURI}`);
    });
  });
  return seen;
}
