import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PageVersion } from '../../src/store/page-files.ts';
import { keptVersions } from './versions.ts';

const versions: PageVersion[] = ['old', 'current', 'next'].map((id, order) => ({ id, order, files: [], whole: true }));
const kept = (given: Partial<Parameters<typeof keptVersions>[0]>): string[] => {
  const keep = keptVersions({ current: 'current', pending: false, tabs: [], locks: [], lockPrefix: 'page#', ...given });
  return versions.filter((version) => keep(version, versions)).map(({ id }) => id);
};

test('a version goes once no tab runs it', () => {
  expect(kept({})).toEqual(['current']);
  expect(kept({ tabs: ['t'], locks: [{ name: 'page#current', clientId: 't' }] })).toEqual(['current']);
  expect(kept({ tabs: ['t'], locks: [{ name: 'page#old', clientId: 't' }] })).toEqual(['old', 'current']);
});

test('nothing goes while a tab has not said which version it runs', () => {
  expect(kept({ tabs: ['t', 'u'], locks: [{ name: 'page#current', clientId: 't' }] })).toEqual([
    'old',
    'current',
    'next',
  ]);
});

test('a newer one that is on its way stays, an attempt that came to nothing does not', () => {
  expect(kept({ pending: true })).toEqual(['current', 'next']);
  expect(kept({ pending: false })).toEqual(['current']);
});

test('whatever tabs there are, the current version and all that they run are kept', () => {
  const tab = fc.record({ id: fc.nat(9).map(String), version: fc.constantFrom('old', 'current', 'next', null) });
  fc.assert(
    fc.property(fc.array(tab), fc.boolean(), (tabs, pending) => {
      const locks = tabs.flatMap(({ id, version }) =>
        version === null ? [{ name: 'other', clientId: id }] : [{ name: `page#${version}`, clientId: id }],
      );
      const left = kept({ tabs: tabs.map(({ id }) => id), locks, pending });
      expect(left).toContain('current');
      for (const { version } of tabs) if (version !== null) expect(left).toContain(version);
    }),
  );
});
