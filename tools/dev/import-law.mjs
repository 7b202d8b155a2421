/**
 * The import law of Planaria as an ESLint rule: who may import whom, decided from tables.
 * A folder imports from itself and from groups to its left; never a sibling of its own group, never to the right. The same holds for the
 * rooms of a folder that has a table of its own. `node tools/dev/import-law.mjs --circles` prints circles of files and of folders.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from './is-main.mjs';

/** Files that stand directly in the folder, beside its rooms. */
const HERE = '.';

/**
 * Groups of folders, left to right, by the folder that they stand in. `testing` folders are outside the law: only tests use them.
 * @type {Record<string, string[][]>}
 */
export const tables = {
  src: [
    ['kernel'],
    ['journal', 'store'],
    ['swarm', 'engine'],
    ['agents', 'scheduling', 'memory'],
    ['collaboration'],
    ['healing'],
    ['chaos', 'telemetry'],
    ['revision'],
    ['runtime'],
    ['ui'],
  ],
  'src/runtime': [
    ['protocol'],
    ['client', 'definition', 'storage'],
    ['tasks'],
    ['turns'],
    ['supervision', 'engines', 'collaboration', 'revision'],
    ['history'],
    ['views'],
    ['run'],
    ['host'],
    ['replay'],
    ['links'],
    [HERE],
  ],
  'src/ui': [
    ['base', 'style'],
    ['text'],
    ['parts'],
    ['live', 'offline', 'share'],
    ['break', 'field', 'storage'],
    ['palette', 'results', 'start', 'story', 'timeline'],
    ['read', 'replay'],
    ['run'],
    [HERE],
  ],
};

/** @type {Record<string, Map<string, number>>} */
const ranks = Object.fromEntries(
  Object.entries(tables).map(([folder, groups]) => [
    folder,
    new Map(groups.flatMap((rooms, index) => rooms.map((room) => [room, index]))),
  ]),
);
const rank = /** @type {Map<string, number>} */ (ranks['src']);

/**
 * Why a file may not import another one of the same folder, by the folder's own table; null where it may or where there is no table.
 * @param {string} folder e.g. `src/runtime`
 * @param {string} from
 * @param {string} target
 */
function judgeRooms(folder, from, target) {
  const rooms = ranks[folder];
  if (!rooms) return null;
  const roomOf = (/** @type {string} */ file) => {
    const [first = HERE, ...rest] = file.slice(folder.length + 1).split('/');
    return rest.length === 0 ? HERE : first;
  };
  const [mine, other] = [roomOf(from), roomOf(target)];
  if (mine === other || mine === 'testing' || from.includes('/testing/')) return null;
  const [fromRank, targetRank] = [rooms.get(mine), rooms.get(other)];
  if (fromRank === undefined) return `${folder}/${mine} has no place in the import law`;
  if (targetRank === undefined) return `${folder}/${mine} may not import ${folder}/${other}`;
  if (targetRank === fromRank) return `${folder}/${mine} may not import ${folder}/${other}, of its own group`;
  if (targetRank > fromRank) return `${folder}/${mine} may not import ${folder}/${other}, to its right`;
  return null;
}

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
  if (targetPlace === place) return judgeRooms(place, from, target);
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

/** What a source file imports, as written: static, dynamic, re-exported and in types. @param {string} text */
const specifiers = (text) =>
  [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(
    ([, specifier]) => /** @type {string} */ (specifier),
  );

/** Source files below a folder, tests left out. @param {string} root @param {string} folder @returns {string[]} */
function sources(root, folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(?:ts|mjs|svelte)$/.test(entry.name) && !/\.(?:test|spec)\.ts$/.test(entry.name),
    )
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

/**
 * Circles in a graph, each once, as the nodes on the way round.
 * @param {Map<string, Set<string>>} graph
 * @returns {string[][]}
 */
export function circlesIn(graph) {
  /** Tarjan's strongly connected components; one of more than one node holds a circle. */
  const index = new Map();
  const low = new Map();
  /** @type {string[]} */
  const stack = [];
  const open = new Set();
  /** @type {string[][]} */
  const found = [];
  const visit = (/** @type {string} */ node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    open.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (open.has(next)) low.set(node, Math.min(low.get(node), index.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    for (const each of component) open.delete(each);
    if (component.length > 1) found.push(component);
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/**
 * Circles of imports under `src`, `workers`, `tools`, `e2e` and `bench`: of files, and of the folders that they stand in.
 * @param {string} root the repository's root
 */
export function circles(root) {
  const files = ['src', 'workers', 'tools', 'e2e', 'bench'].flatMap((folder) => sources(root, folder));
  const known = new Set(files);
  /** @type {Map<string, Set<string>>} */
  const ofFiles = new Map(files.map((file) => [file, new Set()]));
  /** @type {Map<string, Set<string>>} */
  const ofFolders = new Map();
  for (const file of files)
    for (const specifier of specifiers(readFileSync(path.join(root, file), 'utf8'))) {
      if (!specifier.startsWith('.')) continue;
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
      if (!known.has(target)) continue;
      ofFiles.get(file)?.add(target);
      const [from, to] = [path.posix.dirname(file), path.posix.dirname(target)];
      if (from !== to && !/\/testing(?:\/|$)/.test(from))
        ofFolders.set(from, (ofFolders.get(from) ?? new Set()).add(to));
    }
  return { files: circlesIn(ofFiles), folders: circlesIn(ofFolders) };
}

if (isMain(import.meta.url)) {
  if (!process.argv.includes('--circles')) {
    console.error('node tools/dev/import-law.mjs --circles   prints circles of imports, of files and of folders');
    process.exitCode = 2;
  } else {
    const { files, folders } = circles(fileURLToPath(new URL('../..', import.meta.url)));
    for (const circle of files) console.log(`files: ${circle.join(' -> ')}`);
    for (const circle of folders) console.log(`folders: ${circle.join(' -> ')}`);
    process.exitCode = files.length + folders.length > 0 ? 1 : 0;
  }
}
