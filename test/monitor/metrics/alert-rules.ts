import { readFileSync } from 'node:fs';

export const RULES_FILE = new URL('../../../src/monitor/prometheus/alerts.yml', import.meta.url);

/** An alert of the rules that are shipped. */
export interface AlertRule {
  readonly name: string;
  /** In one line. */
  readonly expr: string;
  /** How long the condition has to hold before it fires. */
  readonly forMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Every alert that is shipped, as it stands in the file. */
export function alertRules(): AlertRule[] {
  const [, ...blocks] = readFileSync(RULES_FILE, 'utf8').split(/^ {6}- alert: /m);
  return blocks.map((block) => {
    const [, first = '', more = ''] = /^ {8}expr: (.*)\n((?: {10}.*\n)*)/m.exec(block) ?? [];
    const [, count = '0', unit = 's'] = /^ {8}for: (\d+)([smh])$/m.exec(block) ?? [];
    const lines = (first === '|' ? more : first).split('\n').map((line) => line.trim());
    return {
      name: block.slice(0, block.indexOf('\n')),
      expr: lines.join(' ').trim(),
      forMs: Number(count) * (UNIT_MS[unit] ?? Number.NaN),
    };
  });
}

export function alertRule(name: string): AlertRule {
  const rule = alertRules().find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no alert is called ${name}`);
  return rule;
}

/** What a rule watches of one label set, as Prometheus does: pending while its condition holds, firing once it has for long enough. */
export interface Watched {
  /** Whether it fires at an instant (ms since the epoch), given the last value that was scraped. */
  fires(at: number, value: number): boolean;
}

/** Watches by a rule of the form `METRIC > NUMBER`, or `time() - METRIC > NUMBER * NUMBER`. */
export function watchBy({ expr, forMs }: AlertRule, metric: string): Watched {
  const [, since, watched, threshold, times = '1'] =
    /^(time\(\) - )?(\w+) > (\d+)(?: \* (\d+))?$/.exec(expr) ?? [];
  if (watched !== metric) throw new Error(`${expr}: is no condition of ${metric} alone`);
  const least = Number(threshold) * Number(times);
  let activeSince: number | undefined;
  return {
    fires: (at, value) => {
      const holds = (since === undefined ? value : at / 1000 - value) > least;
      activeSince = holds ? (activeSince ?? at) : undefined;
      return activeSince !== undefined && at - activeSince >= forMs;
    },
  };
}
