import { expect, it } from 'vitest';
import { Milestones } from './milestones.ts';

it('tells phases, failures and tenths, once each', () => {
  const milestones = new Milestones();
  const at = (results: number, failed = 0, phase: 'loading' | 'running' | 'done' = 'running') =>
    milestones.note({ phase, results, failed, tasks: 100 });
  expect(at(0, 0, 'loading')).toBe('phase');
  expect(at(0, 0, 'loading')).toBeNull();
  expect(at(0)).toBe('phase');
  expect(at(9)).toBeNull();
  expect(at(10)).toBe('results');
  expect(at(11)).toBeNull();
  expect(at(11, 1)).toBe('failed');
  expect(at(100, 1, 'done')).toBe('phase');
});
