import { type Decoding, decodeInput } from '../../swarm/input/decode.ts';
import type { SwarmInput } from '../../swarm/model.ts';
import type { GivenInput } from '../protocol/protocol.ts';

export interface InputText {
  readonly name: string;
  readonly text: string;
  /** Absent where it was given as text. */
  readonly decoding?: Decoding;
}

/** What a person gave as text: bytes are read as the swarm file says, or as they say themselves. */
export function textOfInput(given: GivenInput, { encoding }: Pick<SwarmInput, 'encoding'>): InputText {
  if (given.bytes === undefined) return { name: given.name, text: given.text };
  const { text, ...decoding } = decodeInput(given.bytes, encoding);
  return { name: given.name, text, decoding };
}
