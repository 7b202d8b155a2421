/** Log lines for tests, made up on the spot: none is from a real log, every one is different. */

import { randomOf } from '../../tools/dev/random.mjs';

const forms: readonly ((word: (of: readonly string[]) => string, n: (most: number) => number) => string)[] = [
  (word, n) =>
    `sshd[${n(9999)}]: Failed password for ${word(users)} from 10.0.${n(255)}.${n(255)} port ${n(60000)} ssh2`,
  (word, n) =>
    `sshd[${n(9999)}]: Accepted publickey for ${word(users)} from 10.9.${n(255)}.${n(255)} port ${n(60000)} ssh2`,
  (word, n) => `kernel: nvme${n(4)}n1: I/O error at sector ${n(900000)}, command ${word(['READ', 'WRITE'])}`,
  (word, n) => `kernel: Out of memory: Killed process ${n(32000)} (${word(programs)}) total-vm:${n(9000000)}kB`,
  (word, n) => `cron[${n(9999)}]: (${word(users)}) CMD (/opt/${word(programs)}/nightly --batch ${n(500)})`,
  (word, n) => `${word(programs)}[${n(9999)}]: WARN request /v2/orders/${n(9999)} took ${n(9000)} ms`,
  (word, n) => `${word(programs)}[${n(9999)}]: ERROR cannot connect to 10.4.${n(255)}.${n(255)}:5432: timed out`,
  (word, n) => `systemd[1]: Started ${word(programs)}.service in ${n(900)} ms.`,
];
const users = ['mirabel', 'tovik', 'deploy', 'nagaraj', 'svc-ledger'];
const programs = ['ledgerd', 'mosaic', 'parcelhub', 'quillstore', 'tidewatch'];
const hosts = ['alder', 'birch-2', 'cedar'];

/** `count` different syslog lines. */
export function inventLines(count: number, seed: number): string[] {
  const random = randomOf(seed);
  const n = (most: number): number => 1 + Math.floor(random() * most);
  const word = (of: readonly string[]): string => of[Math.floor(random() * of.length)]!;
  return Array.from({ length: count }, (_, k) => {
    const minute = String(Math.floor(k / 60) % 60).padStart(2, '0');
    const second = String(k % 60).padStart(2, '0');
    const hour = String(Math.floor(k / 3600)).padStart(2, '0');
    return `Feb  3 ${hour}:${minute}:${second} ${word(hosts)} ${forms[n(forms.length) - 1]!(word, n)}`;
  });
}
