/**
 * The import law of Planaria as an ESLint rule: who may import whom, decided from tables.
 * A folder imports from itself and from groups to its left; never from another folder of its own group, never to the right. The same holds
 * between the rooms of a folder that has a table of its own. The law judges src/ and workers/, tests and `testing` folders aside.
 *
 *     node tools/dev/import-law.mjs --circles    prints circles of imports, of files and of folders, tools, e2e and bench included
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMain } from './is-main.mjs';

/** The files that stand directly in a folder, beside its rooms. */
const HERE = '*';

/**
 * Groups of folders, left to right, by the folder that they stand in. A `testing` folder has no place among rooms: it imports from all of
 * them, and only tests import it.
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
    ['endpoint', 'live', 'offline', 'share'],
    ['break', 'field', 'file', 'storage'],
    ['palette', 'report', 'results', 'start', 'story', 'timeline'],
    ['read', 'replay'],
    ['run'],
    [HERE],
  ],
  'workers/inference': [['device', 'grammar'], ['kv', 'models', 'runners'], ['warm'], ['swarm'], [HERE]],
};

/**
 * How far to the right each stands in its table, by path: `src/store`, `src/runtime/host`, `src/runtime/*` for the files beside the rooms.
 * @type {Map<string, number>}
 */
const ranks = new Map(
  Object.entries(tables).flatMap(([folder, groups]) =>
    groups.flatMap((rooms, rank) => rooms.map((room) => /** @type {[string, number]} */ ([`${folder}/${room}`, rank]))),
  ),
);

const isTesting = (/** @type {string} */ file) => file.includes('/testing/');

/**
 * Why one place of a table may not import another one of the same table; null where it may.
 * @param {string} mine
 * @param {string} other
 */
function judgeOrder(mine, other) {
  const [from, to] = [ranks.get(mine), ranks.get(other)];
  if (from === undefined) return `${mine} has no place in the import law`;
  const may = `${mine} may not import ${other}`;
  if (to === undefined) return `${may}, which has no place in the import law`;
  if (to === from) return `${may}, of its own group`;
  return to > from ? `${may}, to its right` : null;
}

/**
 * Why a file may not import another one of the same folder, by the folder's own table; null where it may or where there is no table.
 * @param {string} folder e.g. `src/runtime`
 * @param {string} from
 * @param {string} target
 */
function judgeRooms(folder, from, target) {
  if (!tables[folder] || isTesting(from)) return null;
  const roomOf = (/** @type {string} */ file) => {
    const [first, ...rest] = file.slice(folder.length + 1).split('/');
    return `${folder}/${rest.length === 0 ? HERE : first}`;
  };
  const [mine, other] = [roomOf(from), roomOf(target)];
  return mine === other ? null : judgeOrder(mine, other);
}

/**
 * Places with a list instead of an order: what each may import besides itself. The page is among them, because it sees of all that is to its
 * left only the runtime's client and protocol, and the types of the journal.
 * @type {Record<string, string[]>}
 */
const narrow = {
  'workers/inference': ['src/kernel', 'src/engine'],
  'workers/inference.worker': ['workers/inference', 'src/kernel', 'src/engine'],
  'workers/runtime.worker': ['src/runtime', 'src/ui'],
  'workers/offline': ['src/store'],
  'workers/service.worker': ['workers/offline', 'src/store'],
  'src/ui': ['src/runtime', 'src/journal'],
};

/** Files of src/ui that a worker's entry may hand to the runtime: words, for exports. */
const wordsOnly = /^src\/ui\/text\//;

/** Rooms of src/runtime that the page may know. */
const pageFaces = /^src\/runtime\/(client|protocol)\//;

/**
 * Packages that only their homes may import. Any package not named here may be imported everywhere.
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

/** Places that may start a worker: that name a file of workers/ in `new URL(..., import.meta.url)`. */
const starters = ['src/runtime', 'workers/runtime.worker'];

/**
 * The place of a file in the law: its folder of src/ or workers/, or the worker's entry; null where the law does not look, e.g. in tools/.
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
  if (isTesting(target) && !isTesting(from)) return `${target} is for tests`;
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
    if (targetPlace === 'src/ui' && !wordsOnly.test(target))
      return `a worker's entry knows only the words of src/ui, not ${target}`;
    if (place === 'src/ui' && targetPlace === 'src/runtime' && !pageFaces.test(target))
      return `the page knows only the client and the protocol of src/runtime, not ${target}`;
    if (place === 'src/ui' && targetPlace === 'src/journal' && !how.typeOnly)
      return 'the page knows only the types of src/journal: use `import type`';
    return null;
  }

  return judgeOrder(place, targetPlace);
}

/** @type {import('eslint').Rule.RuleModule} */
const importLaw = {
  meta: {
    type: 'problem',
    docs: { description: 'a folder, and a room, imports only from itself and from groups to its left' },
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
 * Circles in a graph: of all nodes that reach each other one shortest way round, beginning with the one that comes first by name.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph each node with those that it points at
 * @returns {string[][]} empty where the graph has an order
 */
export function circlesIn(graph) {
  return components(graph).flatMap((component) => {
    const [first = ''] = component.toSorted();
    return component.length > 1 || graph.get(first)?.has(first) ? [wayRound(graph, first)] : [];
  });
}

/**
 * Tarjan's strongly connected components: nodes that reach each other.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph
 */
function components(graph) {
  /** @type {Map<string, number>} */
  const index = new Map();
  /** @type {string[]} */
  const stack = [];
  const open = new Set();
  /** @type {string[][]} */
  const found = [];
  /** @returns {number} the lowest index that the node reaches */
  const visit = (/** @type {string} */ node) => {
    const mine = index.size;
    let lowest = mine;
    index.set(node, mine);
    stack.push(node);
    open.add(node);
    for (const next of graph.get(node) ?? []) {
      const other = index.get(next);
      if (other === undefined) lowest = Math.min(lowest, visit(next));
      else if (open.has(next)) lowest = Math.min(lowest, other);
    }
    if (lowest === mine) {
      const component = stack.splice(stack.indexOf(node));
      for (const each of component) open.delete(each);
      found.push(component);
    }
    return lowest;
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/**
 * The shortest way from a node back to it, in breadth first; it must have one.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph
 * @param {string} start
 */
function wayRound(graph, start) {
  /** @type {string[][]} */
  const ways = [[start]];
  const seen = new Set();
  for (const way of ways)
    for (const next of graph.get(/** @type {string} */ (way.at(-1))) ?? []) {
      if (next === start) return way;
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  throw new Error(`no way leads back to ${start}`);
}

/**
 * Circles of imports under `src`, `workers`, `tools`, `e2e` and `bench`: of files, and of the folders that they stand in. What `testing`
 * folders import is no arrow between folders, since only tests import them.
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
      if (from !== to && !isTesting(file)) ofFolders.set(from, (ofFolders.get(from) ?? new Set()).add(to));
    }
  return { files: circlesIn(ofFiles), folders: circlesIn(ofFolders) };
}

if (isMain(import.meta.url)) {
  if (!process.argv.includes('--circles')) {
    console.error('node tools/dev/import-law.mjs --circles   prints circles of imports, of files and of folders');
    process.exitCode = 2;
  } else {
    const { files, folders } = circles(fileURLToPath(new URL('../..', import.meta.url)));
    const told = (/** @type {string[]} */ circle) => [...circle, circle[0]].join(' -> ');
    for (const circle of files) console.log(`files: ${told(circle)}`);
    for (const circle of folders) console.log(`folders: ${told(circle)}`);
    process.exitCode = files.length + folders.length > 0 ? 1 : 0;
  }
}
