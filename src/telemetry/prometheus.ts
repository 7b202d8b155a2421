/** Metrics in the Prometheus text format, version 0.0.4, for whoever scrapes or reads an export. */
import type { HealFigures } from './heals.ts';
import type { KindSummary } from './fault-ledger.ts';
import type { RunReport } from './report.ts';

export interface Metric {
  /** Without prefix, e.g. `turns_total`; letters, digits and underscores. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** One text with a final newline. Samples whose value is not finite are left out. */
export function prometheusText(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of metrics) {
    const known = samples.filter(({ value }) => Number.isFinite(value));
    if (known.length === 0) continue;
    lines.push(
      `# HELP planaria_${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE planaria_${name} ${type}`,
    );
    for (const { labels = {}, value } of known) {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
      lines.push(`planaria_${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

const escape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** What a run says about itself: its report, what mended what, and the faults that struck on purpose. */
export function runMetrics(report: RunReport, healing: HealFigures, faults: readonly KindSummary[]): Metric[] {
  const one = (type: Metric['type'], name: string, help: string, value: number | null | undefined): Metric => ({
    name,
    help,
    type,
    samples: [{ value: value ?? Number.NaN }],
  });
  const counter = (name: string, help: string, value: number): Metric => one('counter', name, help, value);
  const gauge = (name: string, help: string, value: number | null | undefined): Metric =>
    one('gauge', name, help, value);
  const perKind = (
    name: string,
    help: string,
    type: Metric['type'],
    pick: (kind: KindSummary) => number | null,
  ): Metric => ({
    name,
    help,
    type,
    samples: faults.map((kind) => ({ labels: { kind: kind.kind }, value: pick(kind) ?? Number.NaN })),
  });
  const perRole = (name: string, help: string, pick: (role: RunReport['byRole'][number]) => number): Metric => ({
    name,
    help,
    type: 'counter',
    samples: report.byRole.map((role) => ({ labels: { role: role.role }, value: pick(role) })),
  });
  return [
    {
      name: 'agents',
      help: 'Agents by state.',
      type: 'gauge',
      samples: Object.entries(report.agentsByState).map(([state, value]) => ({ labels: { state }, value })),
    },
    counter('turns_total', 'Turns that came to their end.', report.turns),
    counter('prompt_tokens_total', 'Prompt tokens of all turns.', report.tokens.prompt),
    counter('cached_tokens_total', 'Prompt tokens that were not computed again.', report.tokens.cached),
    counter('completion_tokens_total', 'Completion tokens of all turns.', report.tokens.completion),
    perRole('role_tokens_total', 'Tokens in and out, by role.', ({ tokens }) => tokens),
    perRole(
      'role_compute_seconds_total',
      "The role's share of the engine's time.",
      ({ computeMs }) => computeMs / 1000,
    ),
    gauge('tasks', 'Tasks that were accepted.', report.tasks),
    counter('results_total', 'Tasks that ended in a result.', report.results),
    {
      name: 'failures_total',
      help: 'Tasks that ended in a named failure.',
      type: 'counter',
      samples: Object.entries(report.failures).map(([failure, value]) => ({ labels: { failure }, value })),
    },
    counter('retries_total', 'Turns that were taken again.', report.retries),
    counter('engine_losses_total', 'Engines lost.', report.engineLosses),
    gauge('vram_bytes', 'GPU memory in use.', report.vram?.now),
    gauge('vram_peak_bytes', 'GPU memory in use at most.', report.vram?.peak),
    gauge('vram_limit_bytes', 'GPU memory that may be used.', report.vram?.limit),
    counter('heals_total', 'Cases closed by a mend.', healing.mended),
    gauge('heals_open', 'Cases that are being mended.', healing.open),
    gauge('heal_p50_milliseconds', 'From first suspicion to a turn that passed.', healing.p50),
    gauge('heal_p95_milliseconds', 'From first suspicion to a turn that passed.', healing.p95),
    perKind('faults_injected_total', 'Faults that struck, by kind.', 'counter', ({ injected }) => injected),
    perKind('faults_healed_total', 'Faults mended, by kind.', 'counter', ({ healed }) => healed),
    perKind('fault_detect_p95_milliseconds', 'From fault to first suspicion.', 'gauge', ({ detectMs }) => detectMs.p95),
    perKind('fault_mend_p50_milliseconds', 'From fault to a turn that passed.', 'gauge', ({ mendMs }) => mendMs.p50),
    perKind('fault_mend_p95_milliseconds', 'From fault to a turn that passed.', 'gauge', ({ mendMs }) => mendMs.p95),
  ];
}
