import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repetition } from './repetition.ts';

const honest = [
  '{"severity":"warning","kind":"auth","subject":"sshd[24206]","action":"watch"}',
  'The disk sda reported three unreadable sectors and the kernel remounted /var read-only; somebody should look at it today.',
  '{"agree":false,"fix":{"severity":"error","kind":"storage","subject":"sda1","action":"page"}}',
  '----------------------------------------',
  '',
  'ok',
];

describe('repetition', () => {
  it('leaves honest texts alone', () => {
    for (const text of honest) {
      const found = repetition(text);
      expect(found.looping, text).toBe(false);
      expect(found.gate, text).toBeGreaterThan(0.9);
    }
  });

  it('finds a cycle of any length at the end of any text', () => {
    const words = fc.stringMatching(/^[a-z ]{3,60}$/);
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), words, (before, cycle) => {
        const found = repetition(before + cycle.repeat(Math.max(5, Math.ceil(120 / cycle.length))));
        expect(found.looping).toBe(true);
        expect(found.gate).toBe(0);
      }),
    );
  });

  it('says how long the cycle is and how often it stands there', () => {
    const found = repetition(`${'x'.repeat(3)} start. ${'and then again, '.repeat(7)}`);
    expect(found.period).toBe(16);
    expect(found.repeats).toBe(7);
  });

  it('finds a loop that is not exact by how far it compresses', () => {
    const almost = Array.from({ length: 60 }, (_, i) => `line ${i % 3} of the same old story goes on and on; `).join(
      '',
    );
    expect(repetition(almost).looping).toBe(true);
  });
});
