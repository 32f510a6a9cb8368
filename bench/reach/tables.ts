import { capabilitiesOf } from '../../src/providers/registry.ts';
import type { Row, Table } from '../harness/question.ts';
import { type Busy, type Limits, NEARLY_ALL, limitsOf } from './limits.ts';
import { type Figures, bucketRequests, machineCost, redisCost } from './machine.ts';
import { s3Cost, s3StorageCost } from './prices.ts';
import { LATENCY_MS, SOURCES, type Source, askedOf, timeOf } from './sources.ts';
import { bytesShort, countShort, timeShort, usdShort } from './texts.ts';
import { REACHED, type Reached, SIZES, WORKS, type Work } from './work.ts';

/** What of whom is asked, and how long that takes; a star where it has less than was asked for. */
export function sourceTable(work: Exclude<Work, 'nothing'>, title: string): Table {
  const columns = REACHED.flatMap((interval) =>
    SIZES.map((size) => ({
      key: `${interval} ${size}`,
      title: `${countShort(size)} × ${interval}`,
      unit: 'text' as const,
    })),
  );
  const cellOf = (source: Source, interval: Reached, size: number): string => {
    const asked = askedOf(source, work, interval, size);
    if (asked === null) return '–';
    const { ms, by } = timeOf(asked, capabilitiesOf(source.config), LATENCY_MS);
    const less = asked.part < NEARLY_ALL ? '*' : '';
    return `${countShort(asked.requests)}, ${timeShort(ms)} ${MARKS[by]}${less}`;
  };
  const rows = SOURCES.map((source): Row => ({
    name: source.name,
    cells: Object.fromEntries(
      REACHED.flatMap((interval) =>
        SIZES.map((size) => [`${interval} ${size}`, cellOf(source, interval, size)]),
      ),
    ),
  }));
  return { title, columns, rows };
}

const MARKS = { quota: 'q', 'in flight': 'f', line: 'l' } as const;

const CELLS = WORKS.flatMap((work) =>
  REACHED.flatMap((interval) => SIZES.map((series) => ({ work, interval, series }))),
);

const nameOf = ({ work, interval, series }: (typeof CELLS)[number]): string =>
  `${work}, ${countShort(series)} × ${interval}`;

/** What is needed of a machine, a bucket and Redis. */
export function needTable(figures: Figures, title: string): Table {
  const rows = CELLS.map((cell): Row => {
    const { work, interval, series } = cell;
    const cost = machineCost(figures, work, interval, series);
    const bucket = bucketRequests(figures, work, interval, series);
    const { source } = limitsOf(figures, work, interval, series);
    const redis = redisCost(figures, source?.asked.tasks ?? 0, source?.asked.taskBytes ?? 0);
    return {
      name: nameOf(cell),
      cells: {
        cpu: timeShort(cost.cpu),
        peak: bytesShort(cost.peak),
        files: countShort(cost.files),
        disk: cost.disk === 0 ? '–' : bytesShort(cost.disk),
        writes: countShort(bucket.writes),
        reads: countShort(bucket.reads),
        usd: usdShort(s3Cost(bucket)),
        month: work === 'fill' ? usdShort(s3StorageCost(cost.disk)) : '–',
        tasks: source === null ? '–' : countShort(source.asked.tasks),
        waiting: source === null ? '–' : bytesShort(redis.bytes),
        redis: source === null ? '–' : timeShort(redis.ms),
      },
    };
  });
  const titles = {
    ...{ cpu: 'CPU', peak: 'memory', files: 'files', disk: 'disk', writes: 'S3 writes', reads: 'S3 reads' },
    ...{ usd: 'USD', month: 'USD/month', tasks: 'tasks', waiting: 'in Redis', redis: 'of Redis' },
  };
  const columns = Object.entries(titles).map(([key, head]) => ({ key, title: head, unit: 'text' as const }));
  return { title, columns, rows };
}

/** How long each part is busy, which is met first, and what to change then. */
export function limitTable(figures: Figures, title: string): Table {
  const rows = CELLS.map((cell): Row => {
    const { work, interval, series } = cell;
    const limits = limitsOf(figures, work, interval, series);
    const time = (...by: readonly Busy['by'][]): string => busyText(limits, by);
    return {
      name: nameOf(cell),
      cells: {
        whose: limits.source?.source.name ?? '–',
        source: time('quota', 'in flight', 'line'),
        cpu: time('CPU'),
        planner: time('planner'),
        postgres: time('PostgreSQL'),
        s3: time('S3'),
        first: limits.first.join(', '),
        change: limits.change,
      },
    };
  });
  const titles = {
    ...{ whose: 'quickest source', source: 'takes', cpu: 'CPU', planner: 'planner', postgres: 'PostgreSQL' },
    ...{ s3: 'S3', first: 'first limit', change: 'change' },
  };
  const columns = Object.entries(titles).map(([key, head]) => ({ key, title: head, unit: 'text' as const }));
  return { title, columns, rows };
}

function busyText({ busy }: Limits, by: readonly Busy['by'][]): string {
  const one = busy.find((each) => by.includes(each.by));
  return one === undefined ? '–' : timeShort(one.ms);
}
