import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';
import importLaw from './tools/dev/import-law.mjs';

const tests = ['**/*.test.ts'];
const product = ['src/**', 'workers/**'];

/** Time, chance and identity enter through src/kernel, so that a simulation can replace them. */
const impure = [
  { object: 'Date', property: 'now' },
  { object: 'performance', property: 'now' },
  { object: 'Math', property: 'random' },
  { object: 'crypto', property: 'randomUUID' },
  { object: 'crypto', property: 'getRandomValues' },
];
const timers = ['setTimeout', 'setInterval'];
const globalObjects = ['globalThis', 'self', 'window'];
const throughKernel = 'Only src/kernel touches clock, timers and chance; take them from there.';

/** What a page has and a worker has not. */
const pageOnly = Object.keys(globals.browser).filter((name) => !(name in globals.worker) && !(name in globals.builtin));

const noTimers = timers.map((name) => ({ name, message: throughKernel }));
const noPage = pageOnly.map((name) => ({ name, message: 'There is no DOM below src/ui: this code runs in a worker.' }));

export default defineConfig(
  { ignores: ['dist/', 'test-results/', 'playwright-report/', 'public/', 'tools/pocket-model/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    languageOptions: { ecmaVersion: 'latest', sourceType: 'module' },
    plugins: { planaria: { rules: { 'import-law': importLaw } } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // tsc resolves names, in each of the three worlds with its own globals.
      'no-undef': 'off',
    },
  },
  {
    // Rules that need types, on what runs in the product.
    files: ['src/**/*.ts', 'workers/**/*.ts'],
    ignores: [...tests, '**/*.d.ts', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    files: product,
    ignores: tests,
    rules: { 'planaria/import-law': 'error' },
  },
  {
    files: product,
    ignores: [...tests, 'src/kernel/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...impure.map((member) => ({ ...member, message: throughKernel })),
        ...globalObjects.flatMap((object) => timers.map((property) => ({ object, property, message: throughKernel }))),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: throughKernel },
        { selector: 'CallExpression[callee.name="Date"]', message: throughKernel },
      ],
    },
  },
  // One rule, three places: where two entries match a file the later one replaces the earlier, so they must not overlap.
  { files: ['src/kernel/**'], ignores: tests, rules: { 'no-restricted-globals': ['error', ...noPage] } },
  { files: ['src/ui/**'], ignores: tests, rules: { 'no-restricted-globals': ['error', ...noTimers] } },
  {
    files: product,
    ignores: [...tests, 'src/kernel/**', 'src/ui/**'],
    rules: { 'no-restricted-globals': ['error', ...noTimers, ...noPage] },
  },
  {
    // Plain JavaScript may be outside every TypeScript program. The page's names are there for callbacks that run in it.
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: { 'no-undef': 'error' },
  },
  {
    files: ['tools/**', 'bench/**', 'e2e/**', '*.config.{js,ts}', ...tests],
    rules: {
      // Command-line programs talk through the console; tests take a value they have just put in.
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
