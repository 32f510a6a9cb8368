import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DECLARED } from '../../../src/monitor/metrics/declared.ts';
import { PROMTOOL, describeWith } from '../../needs.ts';
import { RULES_FILE, alertRules } from './alert-rules.ts';
import { metricsOfNothing } from './watched.ts';

const DASHBOARD_FILE = new URL('../../../src/monitor/prometheus/dashboard.json', import.meta.url);

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly Target[] }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

const dashboard = JSON.parse(await readFile(DASHBOARD_FILE, 'utf8')) as Dashboard;
const targets = dashboard.panels.flatMap((panel) => panel.targets);
const rulesText = await readFile(RULES_FILE, 'utf8');

/** What a Prometheus server would know by name after a scrape. */
async function exportedNames(): Promise<Set<string>> {
  const registered = await metricsOfNothing().registry.getMetricsAsJSON();
  return new Set(
    registered.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

const NAME = /\bbackfill_\w+/g;

/** Labels that a text groups by or shows. */
function labelsIn(text: string): string[] {
  const grouped = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  const shown = [...text.matchAll(/\{\{ *(?:\$labels\.)?(\w+) *\}\}/g)].map(([, label = '']) => label);
  const matched = [...text.matchAll(/[{,](\w+)=~?"/g)].map(([, label = '']) => label);
  return [...grouped, ...shown, ...matched];
}

describe('the alert rules and the dashboard that are shipped', () => {
  it('name no metric that is not exported', async () => {
    const exported = await exportedNames();
    const queries = dashboard.templating.list.map(({ query }) =>
      typeof query === 'string' ? '' : query.query,
    );
    const texts = [
      ...alertRules().map(({ expr }) => expr),
      ...targets.map(({ expr }) => expr),
      ...dashboard.annotations.list.map(({ expr }) => expr),
      ...queries,
    ];
    const named = texts.flatMap((text) => text.match(NAME) ?? []);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
  });

  it('show every metric between them', () => {
    const all = [...targets.map(({ expr }) => expr), JSON.stringify(dashboard.templating), rulesText].join(
      '\n',
    );
    const shown = new Set(all.match(NAME)?.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    const hidden = Object.values(DECLARED).filter(({ name }) => !shown.has(name));
    // Of runs that ended the last one tells, and when it began is of no use without its end.
    expect(hidden.map(({ name }) => name)).toEqual([
      'backfill_series_total',
      'backfill_runs_total',
      'backfill_paused_seconds',
      'backfill_last_run_start_timestamp_seconds',
    ]);
  });

  it('speak of no label that no metric has', () => {
    const own = Object.values(DECLARED).flatMap(({ labels }) => [...labels] as string[]);
    const known = new Set([...own, 'node_id', 'interval', 'le', 'job', 'instance']);
    const texts = [rulesText, ...targets.flatMap(({ expr, legendFormat }) => [expr, legendFormat])];
    const spoken = texts.flatMap(labelsIn);
    expect(spoken.length).toBeGreaterThan(30);
    expect(spoken.filter((label) => !known.has(label))).toEqual([]);
  });

  it('alert of each thing that an operator has to know', () => {
    expect(alertRules().map(({ name }) => name)).toEqual([
      'BackfillSessionsOverdue',
      'BackfillStoreStale',
      'BackfillStoreGone',
      'BackfillLastRunFailed',
      'BackfillProviderFailing',
      'BackfillThrottled',
      'BackfillQuotaNearlyUsed',
      'BackfillCoverageFalling',
    ]);
  });
});

describeWith(PROMTOOL)('Prometheus', () => {
  const promtool = (...args: readonly string[]): string =>
    execFileSync('promtool', args, { encoding: 'utf8' });

  it('accepts the rules, and what the dashboard asks for', async () => {
    expect(promtool('check', 'rules', fileURLToPath(RULES_FILE))).toContain('8 rules found');
    const folder = await mkdtemp(join(tmpdir(), 'backfill-rules-'));
    const records = targets.map(({ expr }, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    // JSON is YAML.
    await writeFile(
      join(folder, 'panels.yml'),
      JSON.stringify({ groups: [{ name: 'panels', rules: records }] }),
    );
    expect(promtool('check', 'rules', join(folder, 'panels.yml'))).toContain(`${records.length} rules found`);
    await rm(folder, { recursive: true });
  });

  it('pages by them as it should, and says why', () => {
    const cases = fileURLToPath(new URL('alert-cases.yml', import.meta.url));
    expect(promtool('test', 'rules', cases)).toContain('SUCCESS');
  });
});
