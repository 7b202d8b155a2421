/** Rules of texts in parts: what can be split, and of what parts outputs become one again. */
import type { Broken } from './broken.ts';
import { someOf } from './diagnostic.ts';
import { lookedAt } from './groups.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { Path } from './source.ts';
import { behind, isChoice, makerOf, nameOfStep, splitOf, stepsByName } from './steps.ts';
import { fieldOf, WHOLE_TEXT } from './where.ts';

/** Outputs become one again where parts gave them. @param flow without circles */
export function checkMerges(flow: Swarm['flow']): Broken[] {
  const steps = stepsByName(flow);
  const ofParts = flow.filter((step) => step.role !== undefined && makerOf(steps, nameOfStep(step))?.split);
  const expected =
    ofParts.length > 0
      ? `one of ${someOf(ofParts.map(nameOfStep))}`
      : 'a step that works on parts: each: and the name of a step with split';
  return flow.flatMap((step, index): Broken[] => {
    const { merge } = step;
    if (merge === undefined) return [];
    const path = ['flow', index, 'merge'];
    const base = steps.get(behind(steps, merge).name);
    if (base?.split) return [{ path, message: `${merge} gives parts, and nothing came of them yet`, expected }];
    if (splitOf(steps, step)) return [];
    return [{ path, message: `${merge} works on ${worksOn(makerOf(steps, merge))}, not on parts of a text`, expected }];
  });
}

function worksOn(maker: SwarmStep | null): string {
  if (!maker) return 'whole items of the input';
  const name = nameOfStep(maker);
  return maker.group ? `groups of ${name}` : `what ${name} ${isChoice(maker) ? 'chooses' : 'collects'}`;
}

/** Only a text has parts, and a part is more than what it shares with the next. */
export function checkSplits({ roles, flow }: Pick<Swarm, 'roles' | 'flow'>, sound: (path: Path) => boolean): Broken[] {
  const steps = stepsByName(flow);
  return flow.flatMap((step, index): Broken[] => {
    const broken: Broken[] = [];
    const { split, each = INPUT_NAME } = step;
    if (split) {
      const { size, overlap = 0 } = split;
      if (overlap >= size)
        broken.push({
          path: ['flow', index, 'split', 'overlap'],
          message: `flow[${index}].split.overlap is ${overlap}, ${overlap > size ? 'more than' : 'as much as'} a whole part`,
          expected: size > 1 ? `at most ${size - 1}` : 'no overlap',
        });
      const source = steps.get(behind(steps, each).name);
      const at = ['flow', index, 'each'];
      if (source?.group)
        broken.push({
          path: at,
          message: `${nameOfStep(source)} makes groups, which are no text`,
          expected: 'a step whose role writes text',
        });
      else if (source && !source.split && (source.role === undefined || sound(['roles', source.role]))) {
        const output = lookedAt(roles, steps, nameOfStep(source)).output;
        if (output !== null && fieldOf(output, WHOLE_TEXT)?.type !== 'string')
          broken.push({
            path: at,
            message: `outputs of ${source.role ?? nameOfStep(source)} are no text that could be split`,
            expected: `${INPUT_NAME}, or a step whose role writes free text`,
          });
      }
    }
    return [...broken, ...sharedAround(step, index, makerOf(steps, nameOfStep(step)))];
  });
}

/** What stands around a part is another text for each. */
function sharedAround({ dedupe = false, each }: SwarmStep, index: number, maker: SwarmStep | null): Broken[] {
  if (!dedupe || each === undefined || !maker?.split?.context) return [];
  const message = `flow[${index}].dedupe shares answers of parts, which are read with what stands around each`;
  const expected = `no context in ${nameOfStep(maker)}`;
  return [{ path: ['flow', index, 'dedupe'], part: 'key', message, expected }];
}
