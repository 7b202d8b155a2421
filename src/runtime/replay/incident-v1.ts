/** Incidents of version 1, in which sentences stood where codes stand now. */
import { faultDetail, lossOfV1, seatsCause } from '../../journal/migration-v1.ts';
import { DIAGNOSES, ENGINE_ERRORS, RECOVERY_ACTIONS } from '../../journal/vocabulary.ts';
import type { IncidentJson, IncidentJsonV1 } from './incident-schema.ts';
import type { HealStep } from './recording.ts';

export function fromV1(json: IncidentJsonV1): IncidentJson {
  return {
    ...json,
    incident: 2,
    engines: json.engines.map(({ lost, ...engine }) => {
      if (!lost) return { ...engine, lost };
      const { at, silentFrom, code, message } = lost;
      const known = ENGINE_ERRORS.find((each) => each === code) ?? 'worker-dead';
      return { ...engine, lost: { at, silentFrom, loss: { code: known, ...lossOfV1(message) } } };
    }),
    seats: json.seats.map((seats) => ({ ...seats, because: seatsCause(seats.because) })),
    faults: json.faults.map((fault) => ({ ...fault, detail: faultDetail(fault.kind, fault.detail) })),
    heals: json.heals.flatMap(healStep).map((step) => [...step] as IncidentJson['heals'][number]),
  };
}

/** `ordered 3 stall retry-turn`; none where it is no step that healing ever took. */
function healStep(text: string): HealStep[] {
  const [did, row, name, step] = text.split(' ');
  const agent = Number(row);
  const fault = DIAGNOSES.find((each) => each === name);
  const action = RECOVERY_ACTIONS.find((each) => each === step);
  if (!fault || !Number.isSafeInteger(agent)) return [];
  if (did === 'suspected') return [[did, agent, fault]];
  return (did === 'ordered' || did === 'mended') && action ? [[did, agent, fault, action]] : [];
}
