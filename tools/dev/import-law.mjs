/**
 * The import law of Planaria as an ESLint rule: who may import whom, decided from one table.
 * A folder under src/ imports from itself and from groups to its left; never a sibling of its own group, never to the right.
 */
import path from 'node:path';

/** Groups of folders under src/, left to right. */
export const groups = [
  ['kernel'],
  ['journal', 'store'],
  ['swarm', 'engine'],
  ['agents', 'scheduling', 'collaboration', 'memory'],
  ['healing'],
  ['chaos', 'telemetry'],
  ['runtime'],
  ['ui'],
];

const rank = new Map(groups.flatMap((folders, index) => folders.map((folder) => [folder, index])));

/**
 * Places outside the order of groups: what each may import besides itself. The page is here too, because it sees of
 * everything to its left only the runtime's client and protocol, and the types of the journal.
 * @type {Record<string, string[]>}
 */
const narrow = {
  'workers/inference': ['src/kernel', 'src/store', 'src/engine'],
  'workers/inference.worker': ['workers/inference', 'src/kernel', 'src/store', 'src/engine'],
  'workers/runtime.worker': ['src/runtime'],
  'src/ui': ['src/runtime', 'src/journal'],
};

/** Files of src/runtime that the page may know. */
const pageFaces = /^src\/runtime\/(client|protocol)(\/|\.|$)/;

/**
 * Packages with one home. Any package not named here may be used everywhere below the page and in it.
 * @type {{ test: RegExp, homes: string[] }[]}
 */
const packageHomes = [
  { test: /^svelte(\/|$)/, homes: ['src/ui'] },
  { test: /^uplot(\/|$)/, homes: ['src/ui'] },
  { test: /^@mlc-ai\//, homes: ['workers/inference', 'workers/inference.worker'] },
  { test: /^dexie$/, homes: ['src/store'] },
  { test: /^idb$/, homes: ['src/store', 'workers/inference'] },
  { test: /^node:/, homes: [] },
];

/** Places that may start a worker, that is, name a file of workers/ in `new URL(..., import.meta.url)`. */
const starters = ['src/runtime', 'workers/runtime.worker'];

/**
 * The place of a file in the law, or null where the law does not look (tools, e2e, bench, public).
 * @param {string} file path from the repository root, with forward slashes
 */
export function placeOf(file) {
  const parts = file.split('/');
  if (parts[0] === 'src' && parts.length > 2) return `src/${parts[1]}`;
  if (parts[0] === 'workers' && parts.length > 2) return `workers/${parts[1]}`;
  if (parts[0] === 'workers' && parts[1]) return `workers/${parts[1].replace(/\.[jt]s$/, '')}`;
  return null;
}

/**
 * @param {string} from path of the importing file from the repository root
 * @param {string} source the module specifier as written
 * @param {{ typeOnly?: boolean, url?: boolean }} [how] `url`: named by `new URL(source, import.meta.url)`, not imported
 * @returns {string | null} why the import breaks the law, or null
 */
export function judge(from, source, how = {}) {
  const place = placeOf(from);
  if (place === null) return null;

  if (!source.startsWith('.')) {
    const home = packageHomes.find(({ test }) => test.test(source));
    if (!home || home.homes.includes(place)) return null;
    return home.homes.length === 0
      ? `'${source}' does not exist in a browser`
      : `'${source}' may be imported only by ${home.homes.join(', ')}`;
  }

  const target = path.posix.normalize(path.posix.join(path.posix.dirname(from), source)).replace(/\?.*$/, '');
  const targetPlace = placeOf(target);
  if (how.url) {
    if (!target.startsWith('workers/') || starters.includes(place)) return null;
    return `${place} may not start a worker: what a lower folder needs of a higher one is passed in`;
  }
  if (targetPlace === place) return null;
  if (targetPlace === null) return `${place} may not reach outside src/ and workers/ (${target})`;

  const allowed = narrow[place];
  if (allowed) {
    if (!allowed.includes(targetPlace)) return `${place} may import only ${allowed.join(', ')}, not ${targetPlace}`;
    if (place === 'src/ui' && targetPlace === 'src/runtime' && !pageFaces.test(target))
      return `the page knows only the client and the protocol of src/runtime, not ${target}`;
    if (place === 'src/ui' && targetPlace === 'src/journal' && !how.typeOnly)
      return 'the page knows only the types of src/journal: use `import type`';
    return null;
  }

  const fromRank = rank.get(place.slice('src/'.length));
  if (!place.startsWith('src/') || fromRank === undefined) return `${place} has no place in the import law`;
  const targetRank = targetPlace.startsWith('src/') ? rank.get(targetPlace.slice('src/'.length)) : undefined;
  if (targetRank === undefined) return `${place} may not import ${targetPlace}`;
  if (targetRank === fromRank) return `${place} may not import ${targetPlace}, of its own group`;
  if (targetRank > fromRank) return `${place} may not import ${targetPlace}, to its right`;
  return null;
}

/** @type {import('eslint').Rule.RuleModule} */
const importLaw = {
  meta: {
    type: 'problem',
    docs: { description: 'a folder imports only from itself and from groups to its left' },
    schema: [],
    messages: { broken: '{{reason}}.' },
  },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    if (placeOf(file) === null) return {};

    /**
     * @param {any} node where to report
     * @param {any} source the specifier's node
     * @param {{ typeOnly?: boolean, url?: boolean }} [how]
     */
    const check = (node, source, how) => {
      if (!source || source.type !== 'Literal' || typeof source.value !== 'string') return;
      const reason = judge(file, source.value, how);
      if (reason) context.report({ node, messageId: 'broken', data: { reason } });
    };

    /** @param {any} node */
    const isTypeOnly = (node) => {
      if (node.importKind === 'type' || node.exportKind === 'type') return true;
      const specifiers = node.specifiers ?? [];
      return (
        specifiers.length > 0 &&
        specifiers.every((/** @type {any} */ s) => s.importKind === 'type' || s.exportKind === 'type')
      );
    };
    /** @param {any} node */
    const declaration = (node) => check(node, node.source, { typeOnly: isTypeOnly(node) });

    return {
      ImportDeclaration: declaration,
      ExportNamedDeclaration: declaration,
      ExportAllDeclaration: declaration,
      ImportExpression: (/** @type {any} */ node) => check(node, node.source),
      TSImportType: (/** @type {any} */ node) => check(node, node.source ?? node.argument?.literal, { typeOnly: true }),
      'NewExpression[callee.name="URL"]': (/** @type {any} */ node) => {
        const [source, base] = node.arguments;
        if (base?.type === 'MemberExpression' && base.object.type === 'MetaProperty')
          check(node, source, { url: true });
      },
    };
  },
};

export default importLaw;
