import { type Line, at, lineThrough } from './line.ts';
import { type Published, figure, isPublished, numbersIn, published, whenOf } from './published.ts';
import type { S3Requests } from './prices.ts';
import {
  MINUTES_A_SESSION,
  type Reached,
  SESSIONS_A_YEAR,
  type Work,
  YEARS,
  barsOf,
  partitionsOf,
} from './work.ts';

/** What was measured, as far as it is extrapolated from. Times in ms, memory in bytes. */
export interface Figures {
  /** Of five years by the day, by series. */
  readonly fillDays: { readonly wall: Line; readonly cpu: Line };
  /** Of a session of minutes of a series, out of files of whole markets. */
  readonly sessionOfMinutes: { readonly wall: number; readonly cpu: number };
  /** Of a session more by the day, by series. */
  readonly topUp: { readonly wall: Line; readonly cpu: Line };
  /** Of reading and writing a file of so many minutes once more. */
  readonly rewriteMinute: number;
  /** Of a run with nothing to do, by file. */
  readonly nothing: { readonly wall: Line; readonly cpu: Line };
  /** At most, by file. */
  readonly peak: Readonly<Record<Work, Line>>;
  /** Planning, handing out and summing up what lacks, by series. */
  readonly plan: Line;
  /** Of a file of five years of days; of a bar of minutes. */
  readonly bytes: { readonly days: number; readonly minute: number };
  /** Pages of listings by file, and what a run asks besides. */
  readonly bucket: Line;
  readonly postgres: { readonly rowMs: number; readonly topUpMs: number };
  readonly redis: RedisFigures;
  /** Of the machine that all of it was measured on, bytes. */
  readonly memory: number;
  /** What is read, with the day that it was measured on. */
  readonly sources: readonly string[];
  readonly machine: string;
}

export interface RedisFigures {
  /** Of the one thread of Redis, and of the planner's and the worker's together, ms a task. */
  readonly redisMs: number;
  readonly nodeMs: number;
  /** That a waiting task takes besides its own JSON. */
  readonly bytes: number;
  /** Scripts that are evaluated for a task: one that adds it, one that ends it and takes the next. */
  readonly scripts: number;
  readonly source: string;
}

/**
 * Measured by hand with BullMQ 6.7 on Redis 7.0 (2 CPUs, 2026-11-27; bytes 2026-11-30: a waiting job of 300 bytes took 1,135, one
 * of 1,000 took 1,829). What the question `machines` publishes takes their place.
 */
export const BY_HAND: RedisFigures = {
  ...{ redisMs: 0.12, nodeMs: 0.31, bytes: 837, scripts: 2 },
  source: 'by hand, 2026-11-27',
};

/** Reads them from what is published. */
export function readFigures(): Figures {
  const [workers, flat, scale, formats, run] = ['workers', 'flat', 'scale', 'formats', 'run'].map(
    published,
  ) as [Published, Published, Published, Published, Published];
  const [bucket, postgres] = [published('bucket'), published('postgres')];
  const machines = isPublished('machines') ? published('machines') : undefined;
  const scaled = (step: string, key: string): Line =>
    lineThrough(
      [1000, figure(scale, '', `${step}, 1,000`, key)],
      [10_000, figure(scale, '', `${step}, 10,000`, key)],
    );
  const costs = (step: string) => ({ wall: scaled(step, 'wall'), cpu: scaled(step, 'cpu') });
  const redis = redisOf(machines);
  const read = [workers, flat, scale, formats, run, bucket, postgres];
  const [, gib = 0] = numbersIn(scale.environment.machine);
  return {
    fillDays: fiveYearsOf(workers),
    sessionOfMinutes: minutesOf(flat),
    topUp: costs('top-up by a session'),
    rewriteMinute:
      (figure(formats, '', 'minute, encode, hyparquet', 'cpu') +
        figure(formats, '', 'minute, decode, hyparquet', 'cpu')) /
      MINUTE_ROWS,
    nothing: costs('nothing to do'),
    peak: {
      fill: scaled('fill', 'peak'),
      'top-up': scaled('top-up by a session', 'peak'),
      nothing: scaled('nothing to do', 'peak'),
    },
    plan: planOf(run),
    bytes: {
      days: figure(formats, '', 'daily, encode, hyparquet', 'kilobytes') * 1024,
      minute: (figure(formats, '', 'minute, encode, hyparquet', 'kilobytes') * 1024) / MINUTE_ROWS,
    },
    bucket: bucketOf(bucket),
    postgres: postgresOf(postgres),
    redis,
    memory: gib * 2 ** 30,
    sources: [...read.map(whenOf), `tasks in Redis ${redis.source}`],
    machine: [...new Set(read.map(({ environment }) => environment.machine))].join('; '),
  };
}

/** Of the file of minutes of `formats`: IBM, six sessions. */
const MINUTE_ROWS = 6 * MINUTES_A_SESSION;

const FIVE_YEARS = 'tickers, 2013-02-08 to 2018-02-07, daily, no latency';

function fiveYearsOf(workers: Published): Figures['fillDays'] {
  const title = workers.tables.find((one) => one.title.includes(FIVE_YEARS))?.title ?? '';
  const [series = Number.NaN] = numbersIn(title);
  const line = (whole: string, engine: string): Line => {
    const inEngine = figure(workers, FIVE_YEARS, '2 workers', engine);
    return { fixed: figure(workers, FIVE_YEARS, '2 workers', whole) - inEngine, each: inEngine / series };
  };
  return { wall: line('wall', 'engine'), cpu: line('cpu', 'engineCpu') };
}

function minutesOf(flat: Published): Figures['sessionOfMinutes'] {
  const name = flat.tables[0]?.rows.find((row) => row.name.startsWith('fill '))?.name ?? '';
  const [sessions = Number.NaN, series = Number.NaN] = numbersIn(name);
  const each = (key: string): number => figure(flat, '', name, key) / (sessions * series);
  return { wall: each('wall'), cpu: each('cpu') };
}

function planOf(run: Published): Line {
  const whole = (size: string): number =>
    ['plan', 'dispatch', 'summary'].reduce((all, step) => all + figure(run, '', size, step), 0);
  return lineThrough([10_000, whole('10,000')], [100_000, whole('100,000')]);
}

function bucketOf(bucket: Published): Line {
  const [files = Number.NaN] = numbersIn(bucket.notes[0] ?? '');
  return {
    fixed: figure(bucket, '', 'nothing to do', 'others'),
    each: figure(bucket, '', 'nothing to do', 'listings') / files,
  };
}

function postgresOf(postgres: Published): Figures['postgres'] {
  const filled = postgres.notes.find((note) => note.startsWith('a fill: ')) ?? '';
  const [series = Number.NaN, sessions = Number.NaN] = numbersIn(filled);
  const name = 'a session more of 10,000 series';
  return {
    rowMs: figure(postgres, '', 'a fill', 'wall') / (series * sessions),
    topUpMs: figure(postgres, '', name, 'wall') / (numbersIn(name)[0] ?? Number.NaN),
  };
}

/**
 * What the question `machines` says of a task: the row `a task` of its tables, with `redis` and `node` in ms and `bytes`; what it
 * does not say is that by hand.
 */
export function redisOf(machines: Published | undefined): RedisFigures {
  const row = machines?.tables.flatMap(({ rows }) => rows).find(({ name }) => name === 'a task');
  if (machines === undefined || row === undefined) return BY_HAND;
  const said = (key: string, byHand: number): number =>
    row.cells[key] === undefined ? byHand : figure(machines, '', 'a task', key);
  return {
    redisMs: said('redis', BY_HAND.redisMs),
    nodeMs: said('node', BY_HAND.nodeMs),
    bytes: said('bytes', BY_HAND.bytes),
    scripts: said('scripts', BY_HAND.scripts),
    source: whenOf(machines),
  };
}

/** What a work takes of one machine of two CPUs. Times in ms, memory and disk in bytes. */
export interface MachineCost {
  readonly wall: number;
  readonly cpu: number;
  readonly peak: number;
  /** What is on the disk afterwards, or comes to it. */
  readonly disk: number;
  readonly files: number;
  /** Scan, plan, dispatch and summary: one thread of one machine. */
  readonly planner: number;
}

export function machineCost(figures: Figures, work: Work, interval: Reached, series: number): MachineCost {
  const files = series * partitionsOf(interval);
  const scan = work === 'fill' ? 0 : at(figures.nothing.wall, files);
  const plan = work === 'nothing' ? 0 : at(figures.plan, series);
  return {
    wall: timeOfWork(figures, work, interval, series, 'wall'),
    cpu: timeOfWork(figures, work, interval, series, 'cpu'),
    peak: at(figures.peak[work], files),
    disk: series * diskOf(figures, work, interval),
    files,
    planner: scan + plan,
  };
}

function timeOfWork(
  { fillDays, sessionOfMinutes, topUp, nothing, rewriteMinute }: Figures,
  work: Work,
  interval: Reached,
  series: number,
  key: 'wall' | 'cpu',
): number {
  if (work === 'nothing') return at(nothing[key], series * partitionsOf(interval));
  if (work === 'fill') {
    if (interval === '1d') return at(fillDays[key], series);
    return fillDays[key].fixed + series * YEARS['1m'] * SESSIONS_A_YEAR * sessionOfMinutes[key];
  }
  const daily = at(topUp[key], series);
  if (interval === '1d') return daily;
  // On an average day half of the month is in its file. Two CPUs share what is CPU.
  const rows = (SESSIONS_A_YEAR / 12 / 2) * MINUTES_A_SESSION;
  return daily + (series * rows * rewriteMinute) / (key === 'wall' ? 2 : 1);
}

function diskOf({ bytes }: Figures, work: Work, interval: Reached): number {
  const bars = barsOf(work, interval);
  return interval === '1m' ? bars * bytes.minute : (bars / (5 * SESSIONS_A_YEAR)) * bytes.days;
}

/** Requests to a bucket by the file that is written, as a test counts them: see `bucket-requests.test.ts`. */
export const BUCKET_REQUESTS = {
  /** The bars, and what is known of splits and dividends. */
  fill: { writes: 2, reads: 7 },
  'top-up': { writes: 1, reads: 9 },
  nothing: { writes: 0, reads: 0 },
} as const satisfies Readonly<Record<Work, S3Requests>>;

export function bucketRequests(
  { bucket }: Figures,
  work: Work,
  interval: Reached,
  series: number,
): S3Requests {
  const partitions = series * partitionsOf(interval);
  const written = work === 'fill' ? partitions : series;
  const { writes, reads } = BUCKET_REQUESTS[work];
  const listed = work === 'fill' ? 0 : Math.ceil(partitions * bucket.each);
  return { writes: written * writes + listed, reads: written * reads + bucket.fixed };
}

/** The time that PostgreSQL takes to store what comes, ms; undefined for a scan, which is not measured. */
export function postgresTime(
  { postgres }: Figures,
  work: Work,
  interval: Reached,
  series: number,
): number | undefined {
  if (work === 'nothing') return undefined;
  const rows = series * barsOf(work, interval) * postgres.rowMs;
  return work === 'fill' ? rows : series * postgres.topUpMs + rows;
}

/** What a queue takes of Redis. */
export interface RedisCost {
  /** Of its one thread, ms. */
  readonly ms: number;
  /** Where all tasks wait at once, bytes. */
  readonly bytes: number;
}

export function redisCost({ redis }: Pick<Figures, 'redis'>, tasks: number, taskBytes: number): RedisCost {
  return { ms: tasks * redis.redisMs, bytes: tasks * redis.bytes + taskBytes };
}
