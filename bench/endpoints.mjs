/**
 * Turns at servers as people run them, over HTTP on this computer: how many come back right, against a client as the textbook has it.
 *
 *     npm run bench -- endpoints
 */
import { load } from '../tools/dev/typescript.mjs';
import { machine, table } from './support.mjs';

const { cases, ours, peers } = await load('bench/endpoints/cases.ts');

const rows = [];
for (const { name } of cases()) {
  // Made anew for each client: what a server does counts from its first moment.
  const one = (list) => list.find((each) => each.name === name);
  const [mine, peer] = [await ours(one(cases())), await peers(one(cases()))];
  rows.push([
    name,
    `${mine.right} of ${mine.of}`,
    mine.requests,
    mine.most,
    mine.seconds.toFixed(2),
    `${peer.right} of ${peer.of}`,
    peer.requests,
    peer.seconds.toFixed(2),
  ]);
}
console.log(
  table(['server', 'right', 'requests', 'at once', 's', 'textbook: right', 'requests', 's'], rows),
  `\n\n${machine()}`,
);
