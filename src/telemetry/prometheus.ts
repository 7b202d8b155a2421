/** Metrics in the Prometheus text format, version 0.0.4, for whoever scrapes or reads an export. */
import type { KindSummary } from './ledger.ts';

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

/** What a run says about itself. */
export interface RunFigures {
  readonly agentsByState: Readonly<Record<string, number>>;
  readonly turns: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly results: number;
  readonly failed: number;
  readonly retries: number;
  readonly engineLosses: number;
  readonly falseAlarms: number;
  readonly faults: readonly KindSummary[];
}

export function runMetrics(figures: RunFigures): Metric[] {
  const counter = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    type: 'counter',
    samples: [{ value }],
  });
  const perKind = (
    name: string,
    help: string,
    type: Metric['type'],
    pick: (kind: KindSummary) => number | null,
  ): Metric => ({
    name,
    help,
    type,
    samples: figures.faults.map((kind) => ({ labels: { kind: kind.kind }, value: pick(kind) ?? Number.NaN })),
  });
  return [
    {
      name: 'agents',
      help: 'Agents by state.',
      type: 'gauge',
      samples: Object.entries(figures.agentsByState).map(([state, value]) => ({ labels: { state }, value })),
    },
    counter('turns_total', 'Turns that came to their end.', figures.turns),
    counter('prompt_tokens_total', 'Prompt tokens of all turns.', figures.promptTokens),
    counter('completion_tokens_total', 'Completion tokens of all turns.', figures.completionTokens),
    counter('results_total', 'Tasks that ended in a result.', figures.results),
    counter('failures_total', 'Tasks that ended in a named failure.', figures.failed),
    counter('retries_total', 'Turns that were taken again.', figures.retries),
    counter('engine_losses_total', 'Engines lost.', figures.engineLosses),
    counter('false_alarms_total', 'Suspicions of agents that nothing had struck.', figures.falseAlarms),
    perKind('faults_injected_total', 'Faults that struck, by kind.', 'counter', ({ injected }) => injected),
    perKind('faults_healed_total', 'Faults mended, by kind.', 'counter', ({ healed }) => healed),
    perKind('fault_detect_p95_milliseconds', 'From fault to first suspicion.', 'gauge', ({ detectMs }) => detectMs.p95),
    perKind('fault_mend_p50_milliseconds', 'From fault to a turn that passed.', 'gauge', ({ mendMs }) => mendMs.p50),
    perKind('fault_mend_p95_milliseconds', 'From fault to a turn that passed.', 'gauge', ({ mendMs }) => mendMs.p95),
  ];
}
