import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PageVersion } from '../../src/store/page-files.ts';
import { keptVersions } from './versions.ts';

const versions: PageVersion[] = ['old', 'current', 'next'].map((id, order) => ({ id, order, files: [], whole: true }));
const kept = (given: Partial<Parameters<typeof keptVersions>[0]>): string[] => {
  const keep = keptVersions({ current: 'current', pending: false, tabs: 0, locks: [], lockPrefix: 'page#', ...given });
  return versions.filter((version) => keep(version, versions)).map(({ id }) => id);
};

test('a version goes once no tab runs it', () => {
  expect(kept({})).toEqual(['current']);
  expect(kept({ tabs: 1, locks: ['page#current'] })).toEqual(['current']);
  expect(kept({ tabs: 1, locks: ['page#old', 'other'] })).toEqual(['old', 'current']);
});

test('nothing goes while a tab has not said which version it runs', () => {
  expect(kept({ tabs: 2, locks: ['page#current', 'other'] })).toEqual(['old', 'current', 'next']);
});

test('a newer one that is on its way stays, an attempt that came to nothing does not', () => {
  expect(kept({ pending: true })).toEqual(['current', 'next']);
  expect(kept({ pending: false })).toEqual(['current']);
});

test('whatever tabs there are, the current version and all that they run are kept', () => {
  const tab = fc.constantFrom('old', 'current', 'next', null);
  fc.assert(
    fc.property(fc.array(tab), fc.boolean(), (tabs, pending) => {
      const locks = tabs.map((version) => (version === null ? 'other' : `page#${version}`));
      const left = kept({ tabs: tabs.length, locks, pending });
      expect(left).toContain('current');
      for (const version of tabs) if (version !== null) expect(left).toContain(version);
      if (tabs.includes(null)) expect(left).toEqual(['old', 'current', 'next']);
    }),
  );
});
