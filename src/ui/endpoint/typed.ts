/** What a person types to name an endpoint, and what is wrong with each part of it. */
import {
  type EndpointFault,
  readEndpoint,
  remoteAddress,
  type TypedEndpoint,
} from '../../runtime/protocol/protocol.ts';

export const FIELDS = ['url', 'model', 'key'] as const;
export type EndpointField = (typeof FIELDS)[number];

export type EndpointFaults = Readonly<Record<EndpointField, EndpointFault | null>>;

/** Stands for the parts that are looked at elsewhere. */
const SOUND: TypedEndpoint = { url: 'https://host', model: 'model', key: null };

function faultIn(part: Partial<TypedEndpoint>): EndpointFault | null {
  const read = readEndpoint({ ...SOUND, ...part });
  return read.ok ? null : read.fault;
}

/** Each part by itself. A part that is needed and empty is at fault, too. */
export function faultsOf({ url, model, key }: TypedEndpoint): EndpointFaults {
  return { url: faultIn({ url }), model: faultIn({ model }), key: faultIn({ key }) };
}

/** Faults that more typing does not mend: told at once, and not when the field is left. */
const PASTED: ReadonlySet<EndpointFault['code']> = new Set(['key-in-address', 'odd-character']);

/** What is told at a field now. `left`: the person was there and has gone on; nobody is blamed for a field that is still empty. */
export function toldAt(fault: EndpointFault | null, text: string, left: boolean): EndpointFault | null {
  return fault && text.trim() !== '' && (left || PASTED.has(fault.code)) ? fault : null;
}

export interface Destination {
  readonly host: string;
  /** It is this computer: nothing leaves it. */
  readonly here: boolean;
}

/** Where texts would go; null while the address is none. */
export function destinationOf(url: string): Destination | null {
  const address = remoteAddress(url);
  if (!address.ok) return null;
  const { host, hostname } = new URL(address.url);
  return { host, here: hostname === 'localhost' || hostname === '127.0.0.1' };
}

/** Model and host of an endpoint's name, `MODEL at HOST`; a host has no blanks. */
export function partsOf(name: string): { readonly model: string; readonly host: string } {
  const at = name.lastIndexOf(' at ');
  return at < 0 ? { model: name, host: '' } : { model: name.slice(0, at), host: name.slice(at + 4) };
}
