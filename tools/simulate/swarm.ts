/** The swarm and the input that simulations run: triage of log lines, some of it reviewed. */
import type { Random } from '../../src/kernel/random.ts';

export interface Scale {
  readonly triagers: number;
  readonly reviewers: number;
  readonly residents: number;
  readonly tasks: number;
  /** Turns that may fail before a task does. */
  readonly attempts: number;
}

export const OUTPUT = {
  type: 'object',
  properties: {
    severity: { enum: ['debug', 'info', 'warning', 'error', 'critical'] },
    kind: { enum: ['auth', 'network', 'storage', 'memory', 'process', 'permission', 'other'] },
    subject: { type: 'string', minLength: 1, maxLength: 40, 'x-copied-from': 'input' },
    action: { enum: ['none', 'watch', 'investigate', 'page'] },
  },
  required: ['severity', 'kind', 'subject', 'action'],
  additionalProperties: false,
} as const;

/** A swarm file. Reviewers vote on one of three words, so that a vote can be told from a lie. */
export function swarmText({ triagers, reviewers, residents, attempts }: Scale, seed: number): string {
  const role = (kind: string, replicas: number, prompt: string, output: unknown) => ({
    kind,
    replicas,
    prompt,
    output,
    attempts,
    limits: { tokens: 96, deadline: '30s' },
  });
  return JSON.stringify({
    planaria: 1,
    name: 'simulated triage',
    seed,
    budget: { resident: residents },
    input: { from: 'dropped', format: 'lines' },
    roles: {
      triager: role('worker', triagers, 'Triage this line of a log.', OUTPUT),
      reviewer: role('guardian', reviewers, 'Review this triage.', {
        type: 'object',
        properties: { agree: { type: 'boolean' }, severity: OUTPUT.properties.severity },
        required: ['agree', 'severity'],
        additionalProperties: false,
      }),
    },
    flow: [
      { role: 'triager', each: 'input' },
      { role: 'reviewer', reviews: 'triager', share: 0.25 },
    ],
  });
}

const TEMPLATES: readonly string[] = [
  'sshd[#]: Failed password for invalid user @ from %',
  'sshd[#]: Accepted publickey for @ from %',
  'kernel: Out of memory: kill process # (@)',
  'kernel: EXT4-fs error on device sda#: block # is corrupt',
  'nginx: # GET /@ HTTP/1.1 upstream timed out',
  'cron[#]: (@) CMD run-parts',
  'systemd: Started session # of user @',
  'postgres[#]: connection refused for database @',
  'app: retry # of job @ after timeout',
  'app: permission denied: @ may not write /srv/#',
  'dhcpd: lease of % for @ renewed',
  'smartd: disk sd@ has # unreadable sectors',
];

/** Lines of a log: a dozen forms with other names and numbers in each. */
export function inputText(tasks: number, random: Random): string {
  const word = (): string =>
    Array.from({ length: 3 + random.int(6) }, () => String.fromCharCode(97 + random.int(26))).join('');
  return Array.from({ length: tasks }, () =>
    random
      .pick(TEMPLATES)
      .replace(/#/g, () => String(random.int(65_536)))
      .replace(/%/g, () => `10.${random.int(256)}.${random.int(256)}.${random.int(256)}`)
      .replace(/@/g, () => `${word()}${random.int(100)}`),
  ).join('\n');
}
