/** Why no answer came at all, as far as a browser tells: it keeps most of it from pages, so the rest is asked for. */
import { RemoteFault } from './faults.ts';

export interface NetworkOptions {
  readonly fetch: typeof fetch;
  /** Origin of the page; null outside a browser, where nothing is kept from anybody. */
  readonly origin: string | null;
  /** What the browser says of the network. */
  readonly onLine: () => boolean;
}

/** Of this thread. */
export const ownNetwork: NetworkOptions = {
  fetch: (...given) => fetch(...given),
  origin: typeof location === 'object' ? location.origin : null,
  onLine: () => typeof navigator !== 'object' || navigator.onLine !== false,
};

/**
 * The fault that a rejected `fetch` stands for. A browser gives one TypeError for a name that does not resolve, a certificate that it does
 * not trust, a closed port and an answer that the page may not read. The last shows in a second request of the `no-cors` mode, whose answer
 * nobody can read either: it succeeds where somebody is there. It carries no key and no prompt.
 */
export async function networkFault(
  thrown: unknown,
  url: string,
  { fetch, origin, onLine }: NetworkOptions,
): Promise<RemoteFault> {
  const words = causeOf(thrown);
  if (!onLine()) return new RemoteFault('remote-offline', words);
  if (origin === null || origin === new URL(url).origin) return new RemoteFault('remote-unreachable', words);
  try {
    await fetch(url, {
      mode: 'no-cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
    return new RemoteFault('remote-blocked', words);
  } catch {
    return new RemoteFault('remote-unreachable', words);
  }
}

/** Outside browsers the cause says more: `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`. */
function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause as { readonly code?: unknown; readonly message?: unknown } | undefined;
  const told = [cause?.code, cause?.message].filter((part) => typeof part === 'string' && part !== '');
  return [thrown.message, ...told].join(': ');
}
