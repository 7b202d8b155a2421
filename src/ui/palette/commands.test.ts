import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completions, momentOf, parseCommand, VERBS, type Names } from './commands.ts';

const names: Names = {
  kinds: ['stall', 'loop', 'device-lost', 'device-lost-twice'],
  roles: ['triager', 'reviewer'],
  agents: 100,
  agentRow: (name) => (name === 'triager.07' ? 6 : null),
};
const command = (line: string) => {
  const parsed = parseCommand(line, names);
  return parsed.ok ? parsed.command : parsed.word;
};

describe('commands', () => {
  it('reads a verb and what it is about', () => {
    expect(command('pause')).toEqual({ verb: 'pause' });
    expect(command(':pause')).toEqual({ verb: 'pause' });
    expect(command('break')).toEqual({ verb: 'break', kind: null, agent: null });
    expect(command('break stall')).toEqual({ verb: 'break', kind: 'stall', agent: null });
    expect(command('break device-lost')).toEqual({ verb: 'break', kind: 'device-lost', agent: null });
    expect(command('  break  loop triager.07 ')).toEqual({ verb: 'break', kind: 'loop', agent: 6 });
    expect(command('agent 42')).toEqual({ verb: 'agent', agent: 42 });
    expect(command('role rev')).toEqual({ verb: 'role', role: 'reviewer' });
    expect(command('role triager/3')).toEqual({ verb: 'role', role: 'triager/3' });
    expect(command('at 00:42')).toEqual({ verb: 'at', at: 42_000 });
    expect(command('filter failed password')).toEqual({ verb: 'filter', text: 'failed password' });
  });

  it('takes what is short and clear, and says what it does not know', () => {
    expect(command('exp')).toEqual({ verb: 'export' });
    expect(command('s')).toBe('s');
    expect(command('')).toBe('');
    expect(command('agent 100')).toBe('100');
    expect(command('agent')).toBe('');
    expect(command('break stal triager.99')).toBe('triager.99');
    expect(command('at noon')).toBe('noon');
    expect(command('role x')).toBe('x');
  });

  it('reads moments as people write them', () => {
    expect(['42', '0:42', '00:42', '1:02:03', '1.5'].map(momentOf)).toEqual([42_000, 42_000, 42_000, 3_723_000, 1500]);
    for (const text of ['', ':', '1:', 'x', '-1', '1:2:3:4']) expect(momentOf(text)).toBeNull();
  });

  it('completes to what it reads, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...VERBS), fc.constantFrom('break d', 'role ', 'break ')),
        (line) => {
          parseCommand(line, names);
          for (const whole of completions(line, names, 8)) {
            const parsed = parseCommand(whole, names);
            if (/^(agent|at|role)$/.test(whole)) continue;
            expect(parsed.ok, whole).toBe(true);
          }
        },
      ),
    );
    expect(completions('break device', names, 8)).toEqual(['break device-lost', 'break device-lost-twice']);
  });
});
