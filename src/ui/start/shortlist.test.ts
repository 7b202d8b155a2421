import { describe, expect, it } from 'vitest';
import type { ModelChoice } from '../../runtime/protocol/protocol.ts';
import { shortlist } from './shortlist.ts';

const GB = 1024 ** 3;
const model = (id: string, gigabytes: number, change: Partial<ModelChoice> = {}): ModelChoice => ({
  id,
  label: id,
  note: '',
  downloadBytes: gigabytes * GB,
  cached: false,
  weightBytes: gigabytes * GB,
  workspaceBytes: 0,
  kvBytesPerAgent: 0,
  fits: 12,
  reason: '',
  ...change,
});

const many = [
  model('pocket', 0.004, { downloadBytes: 0 }),
  model('odd-0.3', 0.3),
  model('Qwen3-0.6B', 0.4),
  model('Qwen3-0.6B-again', 0.41),
  model('Llama-3.2-1B', 0.7),
  model('Qwen3-4B', 2.4),
  model('huge', 9, { fits: 0 }),
];

describe('shortlist', () => {
  it('shows a short list whole', () => {
    expect(shortlist(many.slice(0, 4), 4, null)).toHaveLength(4);
  });

  it('takes one per doubling of size, known families first, nothing that does not fit', () => {
    expect(shortlist(many, 4, null).map((one) => one.id)).toEqual(['pocket', 'Qwen3-0.6B', 'Llama-3.2-1B', 'Qwen3-4B']);
  });

  it('always shows the chosen one', () => {
    expect(shortlist(many, 4, 'huge').map((one) => one.id)).toContain('huge');
  });
});
