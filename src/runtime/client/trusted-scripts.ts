/**
 * Addresses of our own scripts, as a browser that enforces Trusted Types wants them: a worker is started from an address that this policy
 * made, and from no text. Each thread makes the policy once, by the name that the page's policy lists (tools/dev/hosting.mjs).
 */

/** What a browser with Trusted Types offers of them here. */
interface TrustedTypesHere {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): { createScriptURL(address: string): { toString(): string } };
}
interface Here {
  readonly trustedTypes?: TrustedTypesHere;
  readonly location: { readonly href: string; readonly origin: string };
}

/** @throws TypeError where the script is not of this origin */
export function ownScript(address: string, { href, origin }: Here['location']): string {
  const url = new URL(address, href);
  if (url.origin !== origin) throw new TypeError(`${url.origin} is not where our scripts lie.`);
  return url.href;
}

const here = globalThis as unknown as Here;
const policy = here.trustedTypes?.createPolicy('planaria-scripts', {
  createScriptURL: (address) => ownScript(address, here.location),
});

/** The address of a script of ours. Typed as the text that browsers without Trusted Types take. */
export function scriptAddress(address: string | URL): string {
  const trusted: { toString(): string } = policy ? policy.createScriptURL(String(address)) : String(address);
  return trusted as string;
}

/**
 * Stands in for the global `Worker`, by the same name: the bundler finds a worker's script by `new Worker(new URL(...))` and by nothing else.
 */
export const Worker = function (address: string | URL, options?: WorkerOptions): globalThis.Worker {
  return new globalThis.Worker(scriptAddress(address), options);
} as unknown as typeof globalThis.Worker;
