/**
 * What a person shares: a swarm file, and its input where they chose so. The plain file goes as it is (`s1`, `.yaml`), so that whoever gets it
 * reads what was written; with an input it is JSON (`s2`, `.planaria`). Nothing else fits in: keys, addresses and settings have no place.
 */
import * as v from 'valibot';
import { err, ok, type Result } from '../kernel/result.ts';
import { parseBounded } from './bounded-json.ts';
import { BOUNDS, packContainer, unpackContainer } from './container.ts';
import { decodeLink, encodeLink, linkError, type LinkError } from './link.ts';
import { MAX_INPUT_CHARACTERS } from './model.ts';
import { MAX_BYTES } from './source.ts';

const NamedText = (most: number) =>
  v.strictObject({
    name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(255), v.transform(baseName)),
    text: v.pipe(v.string(), v.maxLength(most)),
  });

const SharedSchema = v.strictObject({
  planaria: v.literal(1),
  swarm: NamedText(MAX_BYTES),
  input: v.exactOptional(NamedText(MAX_INPUT_CHARACTERS)),
});

export interface Shared {
  readonly swarm: { readonly file: string; readonly text: string };
  readonly input: { readonly name: string; readonly text: string } | null;
}

/** The name that a plain link gives to the file in it. */
const PLAIN_NAME = 'shared.yaml';

/** A name for people; never a path. */
function baseName(name: string): string {
  return name.replace(/^.*[/\\]/s, '').replace(/\p{Cc}/gu, '') || 'file';
}

const toJson = ({ swarm, input }: Shared): string =>
  JSON.stringify({
    planaria: 1,
    swarm: { name: swarm.file, text: swarm.text },
    ...(input && { input: { name: input.name, text: input.text } }),
  });

/** @param text JSON */
export function readShared(text: string): Result<Shared, LinkError> {
  const given = parseBounded(text, BOUNDS.swarm);
  if (!given.ok) return linkError('not-ours');
  const parsed = v.safeParse(SharedSchema, given.value);
  if (!parsed.success) return linkError('not-ours');
  const { swarm, input } = parsed.output;
  return ok({ swarm: { file: swarm.name, text: swarm.text }, input: input ?? null });
}

/** The link for it; fails as `too-long` above 1 MiB. */
export function shareLink(shared: Shared): Promise<Result<string, LinkError>> {
  return shared.input ? encodeLink(toJson(shared), 's2') : encodeLink(shared.swarm.text, 's1');
}

/** The file for it: the swarm file itself, or a container where the input goes along. */
export async function shareFile(
  shared: Shared,
): Promise<Result<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }, LinkError>> {
  const { file, text } = shared.swarm;
  if (!shared.input) return ok({ name: baseName(file), bytes: new TextEncoder().encode(text) });
  const packed = await packContainer({ kind: 'swarm', text: toJson(shared) });
  if (!packed.ok) return packed;
  return ok({ name: `${baseName(file).replace(/\.[^.]*$/, '')}.planaria`, bytes: packed.value });
}

/** What stands in a link or in a container: a swarm, or the JSON of an incident, which is for others to read. */
export type Opened =
  { readonly kind: 'swarm'; readonly shared: Shared } | { readonly kind: 'incident'; readonly text: string };

export async function openLink(fragment: string): Promise<Result<Opened, LinkError>> {
  const link = await decodeLink(fragment);
  if (!link.ok) return link;
  const { codec, text } = link.value;
  if (codec === 'i1' || codec === 'i2') return ok({ kind: 'incident', text });
  if (codec === 's1') return ok({ kind: 'swarm', shared: { swarm: { file: PLAIN_NAME, text }, input: null } });
  const shared = readShared(text);
  return shared.ok ? ok({ kind: 'swarm', shared: shared.value }) : err(shared.error);
}

export async function openFile(bytes: Uint8Array<ArrayBuffer>): Promise<Result<Opened, LinkError>> {
  const file = await unpackContainer(bytes);
  if (!file.ok) return file;
  const { kind, text } = file.value;
  if (kind === 'incident') return ok({ kind, text });
  const shared = readShared(text);
  return shared.ok ? ok({ kind, shared: shared.value }) : err(shared.error);
}
