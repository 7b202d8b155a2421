/** Lines of a log at random, and conditions on their fields beside the plain way to say the same. */
import fc from 'fast-check';

export interface LineTest {
  readonly where: Record<string, unknown>;
  readonly holds: (line: string) => boolean;
}

const HOSTS = ['web', 'db'];
const PROGRAMS = ['sshd', 'kernel'];
const two = (n: number): string => String(n).padStart(2, '0');

/** Of a syslog, in order of its lines or not; now and then a line in no format. */
export const arbitraryLine: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        day: fc.integer({ min: 10, max: 12 }),
        hour: fc.nat(23),
        host: fc.constantFrom(...HOSTS),
        program: fc.constantFrom(...PROGRAMS),
        pid: fc.nat(9),
        said: fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,8}){0,3}$/),
      })
      .map(
        ({ day, hour, host, program, pid, said }) =>
          `Mar ${String(day)} ${two(hour)}:00:00 ${host} ${program}[${String(pid)}]: ${said}`,
      ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,8}){0,3}$/) },
);
/** The first is one of the format, and before all others: a day more before it would be of the next year. */
export const arbitraryLog = (most: number): fc.Arbitrary<string[]> =>
  fc.array(arbitraryLine, { maxLength: most - 1 }).map((lines) => ['Mar 10 00:00:00 web kernel[3]: first', ...lines]);

const FORM = /^Mar (\d\d) (\d\d):00:00 (\S+) (\w+)\[(\d)\]: /;

/** The field of a line, by hand; null where it has none. */
export function fieldOf(line: string, field: string): string | number | null {
  const [, day, hour, host, program, pid] = FORM.exec(line) ?? [];
  if (day === undefined) return null;
  switch (field) {
    case 'host':
      return host ?? null;
    case 'program':
      return program ?? null;
    case 'pid':
      return Number(pid);
    case 'day':
      return `2005-03-${day}`;
    default:
      return `2005-03-${day}T${String(hour)}`;
  }
}

/** @param prefix of fields, as `input.` */
export const arbitraryLineTest = (prefix = ''): fc.Arbitrary<LineTest> => {
  const leaf = fc.oneof(
    fc.constantFrom(...HOSTS).map((host): LineTest => ({
      where: { [`${prefix}host`]: host },
      holds: (line) => fieldOf(line, 'host') === host,
    })),
    fc.nat(9).map((least): LineTest => ({
      where: { [`${prefix}pid`]: { gte: least } },
      holds: (line) => Number(fieldOf(line, 'pid') ?? -1) >= least,
    })),
    fc.integer({ min: 10, max: 12 }).map((day): LineTest => ({
      where: { [`${prefix}time`]: { lte: `2005-03-${String(day)}` } },
      holds: (line) => (fieldOf(line, 'day') ?? '9') <= `2005-03-${String(day)}`,
    })),
    fc.constantFrom(...PROGRAMS).map((program): LineTest => ({
      where: { [`${prefix}program`]: { not: program } },
      holds: (line) => fieldOf(line, 'program') !== program,
    })),
  );
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    fc.tuple(leaf, leaf).map(([a, b]): LineTest => ({
      where: { any: [a.where, { not: b.where }] },
      holds: (line) => a.holds(line) || !b.holds(line),
    })),
  );
};
