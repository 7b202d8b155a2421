/**
 * Which models there are: the pocket model that comes with the page, WebLLM's own list, and any folder in the hub's layout.
 */
import type { AppConfig, ModelRecord } from '@mlc-ai/web-llm';
import type { ModelChoice, ModelSource } from '../../../src/engine/contract.ts';
import { kvBytesPerToken, pathOf } from './architectures.ts';
import { fault } from '../device/engine-faults.ts';
import { fit, MIB, type Needs } from '../device/fit.ts';
import { INDEX_FILE } from './folder-schema.ts';

export const POCKET = 'pocket';

/** The pocket model's figures, for the list; what is loaded is measured. */
const POCKET_NEEDS: Needs = { weightBytes: 2 * MIB, workspaceBytes: 12 * MIB, kvBytesPerAgent: 4 * MIB };

/** Context at which WebLLM's list states its memory, unless a record overrides it. */
const LISTED_CONTEXT = 4096;
/** Of the listed memory without K/V, what is not weights: activations and logits of one prefill chunk. */
const WORKSPACE_SHARE = 0.08;

export interface ResolvedModel {
  readonly id: string;
  /** Folder with mlc-chat-config.json; ends with a slash. */
  readonly folder: string;
  readonly libraryUrl: string;
  /** Where SHA-256 sums of the files are published; absent for models that are not ours. */
  readonly sumsUrl?: string;
  readonly overrides: ModelRecord['overrides'];
  /** Name of the manifest in the folder, for models that WebLLM loads by one. */
  readonly manifest?: string | undefined;
  /** What WebLLM's list says that it needs; absent for models that are not in it. */
  readonly listed?: Needs;
  /** Plain sentences about what was chosen for the person. */
  readonly notes: readonly string[];
}

/**
 * `root` is the address of the page's folder; `features` those of the adapter.
 * @throws EngineFault `model-unknown`
 */
export function resolveModel(
  source: ModelSource,
  list: AppConfig,
  root: URL,
  features: readonly string[],
): ResolvedModel {
  if (source.url !== undefined) return folderModel(source, source.url, list, root);
  if (source.id === POCKET) {
    const folder = new URL('models/pocket/', root);
    return {
      id: POCKET,
      folder: new URL('resolve/main/', folder).href,
      libraryUrl: new URL(source.libraryUrl ?? 'pocket.wasm', folder).href,
      sumsUrl: new URL('SHA256SUMS', folder).href,
      overrides: undefined,
      notes: [],
    };
  }
  const named = list.model_list.find((record) => record.model_id === source.id && isChatModel(record));
  if (!named)
    throw fault(
      'model-unknown',
      `There is no model "${source.id}" in the list.`,
      undefined,
      didYouMean(source.id, list),
    );
  const notes: string[] = [];
  let record = named;
  if (needsF16(named) && !features.includes('shader-f16')) {
    const twin = twinOf(named, list);
    if (!twin)
      throw fault(
        'model-unknown',
        `${named.model_id} needs 16-bit floats in shaders, which this GPU does not offer.`,
        undefined,
        'Choose an f32 build.',
      );
    notes.push(`This GPU has no 16-bit floats in shaders, so ${twin.model_id} is used instead of ${named.model_id}.`);
    record = twin;
  }
  return {
    id: record.model_id,
    folder: hubFolder(record.model),
    libraryUrl: source.libraryUrl ?? record.model_lib,
    overrides: record.overrides,
    manifest: record.model_manifest,
    listed: listedNeeds(record),
    notes,
  };
}

/** A folder that a person named. Its library: as given, that of the listed model of the same name, or `NAME.wasm` in the folder. */
function folderModel(source: ModelSource, address: string, list: AppConfig, root: URL): ResolvedModel {
  const base = addressOf(address.endsWith('/') ? address : `${address}/`, root);
  const inside = /\/resolve\/[^/]+\/$/.exec(base.pathname);
  const home = inside ? new URL(base.pathname.slice(0, inside.index + 1), base) : base;
  const name = decoded(home.pathname.split('/').filter(Boolean).at(-1) ?? source.id);
  const listed = list.model_list.find((record) => record.model_id === name);
  return {
    id: source.id || name,
    folder: inside ? base.href : new URL('resolve/main/', base).href,
    libraryUrl:
      source.libraryUrl === undefined
        ? (listed?.model_lib ?? new URL(`${name}.wasm`, home).href)
        : addressOf(source.libraryUrl, root).href,
    overrides: listed?.overrides,
    manifest: listed?.model_manifest,
    notes: [],
  };
}

/** What files can be fetched from: nothing below a `data:` or a `blob:`, and nothing by a name and a password, which the browser refuses. */
function addressOf(text: string, root: URL): URL {
  const url = URL.canParse(text, root) ? new URL(text, root) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw fault('model-unknown', 'What is given for the model is not an address of a folder on the web.');
  return url;
}

/** As it stands where it is encoded wrongly, or hides characters that cannot be seen. */
function decoded(part: string): string {
  try {
    const name = decodeURIComponent(part);
    return /\p{C}/u.test(name) ? part : name;
  } catch {
    return part;
  }
}

/**
 * Every model on offer with what it needs: the pocket model first, then by size. Of twins (f16 and f32 builds) only the one this GPU runs
 * best. `features` of the adapter; null without a GPU, when everything is listed and nothing fits. `stored`: addresses of stored files.
 */
export function listModels(
  list: AppConfig,
  budget: { vramMiB: number; occupancy: number },
  features: readonly string[] | null,
  stored: ReadonlySet<string>,
): readonly ModelChoice[] {
  const noGpu = features === null ? { fits: 0, reason: 'This browser offers no GPU to run models on.' } : null;
  const pocket: ModelChoice = {
    id: POCKET,
    label: 'Pocket',
    note: '3 million parameters, trained for log triage only.',
    downloadBytes: 0,
    cached: true,
    ...POCKET_NEEDS,
    ...(noGpu ?? fit(POCKET_NEEDS, budget)),
  };
  const f16 = features?.includes('shader-f16') === true;
  const records = list.model_list.filter((record) => {
    if (!isChatModel(record)) return false;
    if (needsF16(record)) return f16;
    return !f16 || !twinOf(record, list);
  });
  const choices = records.map((record): ModelChoice => {
    const needs = listedNeeds(record);
    const cached = stored.has(new URL(INDEX_FILE, hubFolder(record.model)).href);
    return {
      id: record.model_id,
      label: record.model_id.replace(/-MLC(?=-|$)/, '').replaceAll('-', ' '),
      note: `General chat model from WebLLM's list; sizes are estimates until it is loaded.`,
      downloadBytes: cached ? 0 : needs.weightBytes,
      cached,
      ...needs,
      ...(noGpu ?? fitting(record, needs, budget)),
    };
  });
  return [pocket, ...choices.sort((a, b) => a.weightBytes - b.weightBytes || a.id.localeCompare(b.id))];
}

/** As `fit`; of a model whose agents run one at a time no more than one fits, and that is said. */
function fitting(
  record: ModelRecord,
  needs: Needs,
  budget: { vramMiB: number; occupancy: number },
): Pick<ModelChoice, 'fits' | 'reason' | 'alone'> {
  const fitted = fit(needs, budget);
  const path = pathOf(record.model_id);
  const alone = record.model_manifest !== undefined || path === 'chat' || path === 'alone';
  return alone ? { ...fitted, fits: Math.min(1, fitted.fits), alone } : fitted;
}

/** Weights, workspace and K/V from the one figure that WebLLM's list gives (all three, at one sequence of full context). */
function listedNeeds(record: ModelRecord): Needs {
  const total = (record.vram_required_MB ?? 0) * MIB;
  const context = record.overrides?.context_window_size ?? LISTED_CONTEXT;
  const perToken = kvBytesPerToken(record.model_id);
  // An unknown family: a seventh of the whole is what the known ones have at most.
  const kvBytesPerAgent = Math.min(perToken === null ? total / 7 : perToken * context, total / 2);
  const rest = total - kvBytesPerAgent;
  const workspaceBytes = Math.round(rest * WORKSPACE_SHARE);
  return {
    weightBytes: Math.round(rest - workspaceBytes),
    workspaceBytes,
    kvBytesPerAgent: Math.round(kvBytesPerAgent),
  };
}

function isChatModel(record: ModelRecord): boolean {
  // 0 = language model, 1 = embedding, 2 = vision; see ModelType in WebLLM.
  return (record.model_type ?? 0) === 0 && !/embed/.test(record.model_id);
}

function needsF16(record: ModelRecord): boolean {
  return record.required_features?.includes('shader-f16') === true || /q\df16/.test(record.model_id);
}

/** The same model in the other precision. */
function twinOf(record: ModelRecord, list: AppConfig): ModelRecord | undefined {
  const other = record.model_id.replace(
    /(q\df)(16|32)/,
    (_, kind: string, bits: string) => kind + (bits === '16' ? '32' : '16'),
  );
  return other === record.model_id ? undefined : list.model_list.find((candidate) => candidate.model_id === other);
}

/** As WebLLM does it: a repository's address stands for its main revision. */
function hubFolder(address: string): string {
  const url = address.endsWith('/') ? address : `${address}/`;
  return /\/resolve\/.+\//.test(url) ? url : `${url}resolve/main/`;
}

function didYouMean(id: string, list: AppConfig): string {
  const words = new Set(
    id
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean),
  );
  const score = (name: string): number =>
    name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => words.has(word)).length;
  const names = [POCKET, ...list.model_list.filter(isChatModel).map((record) => record.model_id)];
  const best = names.reduce((a, b) => (score(b) > score(a) ? b : a));
  return score(best) > 0
    ? `Did you mean "${best}"? Or give the address of a model folder.`
    : 'Choose a model from the list, or give the address of a model folder.';
}
