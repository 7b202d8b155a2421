import { describe, expect, it } from 'vitest';
import type { SwarmSummary } from '../../runtime/protocol/protocol.ts';
import { agentByName, agentName, roleOf, shardOf, shortName } from './names.ts';

const summary = {
  roles: [
    { name: 'triager', kind: 'worker', replicas: 4394, firstAgent: 0, prompt: '' },
    { name: 'v2.reviewer', kind: 'guardian', replicas: 8, firstAgent: 4394, prompt: '' },
  ],
} as unknown as SwarmSummary;

describe('names', () => {
  it('count within the role, with as many digits as the role needs', () => {
    expect(agentName(summary, 0)).toBe('triager.0001');
    expect(agentName(summary, 4393)).toBe('triager.4394');
    expect(agentName(summary, 4401)).toBe('v2.reviewer.8');
    expect(agentName(summary, 5000)).toBe('agent-5000');
    expect(roleOf(summary, 5000)).toBeNull();
    expect(shortName(summary, 411)).toBe('tr.0412');
    expect(shardOf(summary, 64)).toBe(2);
  });

  it('lead back to the row', () => {
    for (const agent of [0, 411, 4393, 4394, 4401]) expect(agentByName(summary, agentName(summary, agent))).toBe(agent);
    for (const name of ['', 'triager', 'triager.0', 'triager.4395', 'nobody.1'])
      expect(agentByName(summary, name)).toBeNull();
  });
});
