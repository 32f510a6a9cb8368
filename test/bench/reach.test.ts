import { describe, expect, it } from 'vitest';
import { batchThatFits, firstOf, limitsOf, quickestSource } from '../../bench/reach/limits.ts';
import { at, lineThrough } from '../../bench/reach/line.ts';
import {
  BY_HAND,
  type Figures,
  bucketRequests,
  machineCost,
  postgresTime,
  readFigures,
  redisCost,
  redisOf,
} from '../../bench/reach/machine.ts';
import { s3Cost, s3StorageCost, s3Time } from '../../bench/reach/prices.ts';
import { type Published, figure, numbersIn, published } from '../../bench/reach/published.ts';
import { bytesShort, countShort, timeShort, usdShort } from '../../bench/reach/texts.ts';

/** Round ones, of no machine. */
const FIGURES: Figures = {
  fillDays: { wall: { fixed: 100, each: 6 }, cpu: { fixed: 200, each: 10 } },
  sessionOfMinutes: { wall: 2, cpu: 3 },
  topUp: { wall: { fixed: 1000, each: 5 }, cpu: { fixed: 2000, each: 7 } },
  rewriteMinute: 0.002,
  nothing: { wall: { fixed: 300, each: 0.1 }, cpu: { fixed: 200, each: 0.1 } },
  peak: {
    fill: { fixed: 1e8, each: 7000 },
    'top-up': { fixed: 1e8, each: 9000 },
    nothing: { fixed: 5e7, each: 5000 },
  },
  plan: { fixed: 100, each: 0.04 },
  bytes: { days: 30_000, minute: 15 },
  bucket: { fixed: 12, each: 0.0018 },
  postgres: { rowMs: 0.005, topUpMs: 1.5 },
  redis: BY_HAND,
  memory: 24 * 2 ** 30,
  sources: ['nowhere'],
  machine: 'none',
};

describe('what grows by the series', () => {
  it('goes on as between two sizes', () => {
    const line = lineThrough([1000, 7000], [10_000, 52_000]);
    expect(line).toEqual({ fixed: 2000, each: 5 });
    expect(at(line, 1_000_000)).toBe(5_002_000);
  });

  it('is five years of days of a series, or a year of its minutes, 252 sessions', () => {
    expect(machineCost(FIGURES, 'fill', '1d', 1000)).toEqual({
      ...{ wall: 100 + 6000, cpu: 200 + 10_000, peak: 1e8 + 7e6, disk: 3e7, files: 1000 },
      planner: 100 + 40,
    });
    expect(machineCost(FIGURES, 'fill', '1m', 1000)).toEqual({
      ...{ wall: 100 + 1000 * 252 * 2, cpu: 200 + 1000 * 252 * 3, peak: 1e8 + 12 * 7e6 },
      ...{ disk: 1000 * 252 * 390 * 15, files: 12_000, planner: 140 },
    });
  });

  it('is a session more, of minutes half a month’s written anew, by two CPUs at once', () => {
    // 10.5 sessions of 390 minutes lie in the file: 4,095 × 0.002 ms.
    expect(machineCost(FIGURES, 'top-up', '1d', 1000).cpu).toBe(9000);
    expect(machineCost(FIGURES, 'top-up', '1m', 1000).cpu).toBeCloseTo(9000 + 8190, 6);
    expect(machineCost(FIGURES, 'top-up', '1m', 1000).wall).toBeCloseTo(6000 + 4095, 6);
    expect(machineCost(FIGURES, 'top-up', '1m', 1000).planner).toBeCloseTo(300 + 1200 + 140, 6);
    expect(machineCost(FIGURES, 'top-up', '1m', 1000).disk).toBe(1000 * 390 * 15);
  });

  it('is a look at each file where there is nothing to do', () => {
    expect(machineCost(FIGURES, 'nothing', '1m', 1000)).toMatchObject({ wall: 1500, planner: 1500, disk: 0 });
  });

  it('is rows for PostgreSQL, and a transaction each of a top-up', () => {
    expect(postgresTime(FIGURES, 'fill', '1d', 1000)).toBeCloseTo(1000 * 1260 * 0.005, 6);
    expect(postgresTime(FIGURES, 'top-up', '1m', 1000)).toBeCloseTo(1500 + 1950, 6);
    expect(postgresTime(FIGURES, 'nothing', '1d', 1000)).toBeUndefined();
  });

  it('is a wait in Redis, with what the task says', () => {
    expect(redisCost(FIGURES, 1000, 300_000)).toEqual({ ms: 120, bytes: 1_137_000 });
  });
});

describe('a bucket', () => {
  it('is asked by the file that is written, and listed a thousand keys at a time', () => {
    expect(bucketRequests(FIGURES, 'fill', '1d', 1000)).toEqual({ writes: 2000, reads: 7012 });
    expect(bucketRequests(FIGURES, 'fill', '1m', 1000)).toEqual({ writes: 24_000, reads: 84_012 });
    expect(bucketRequests(FIGURES, 'top-up', '1m', 1000)).toEqual({ writes: 1000 + 22, reads: 9012 });
    expect(bucketRequests(FIGURES, 'nothing', '1d', 10_000)).toEqual({ writes: 18, reads: 12 });
  });

  it('costs 5 USD a million writes and 40 cents a million reads', () => {
    expect(s3Cost({ writes: 1_000_000, reads: 0 })).toBeCloseTo(5, 9);
    expect(s3Cost({ writes: 2_000_000, reads: 7_000_000 })).toBeCloseTo(12.8, 9);
  });

  it('costs 23 USD a TB and month, of more than 50 TB less', () => {
    expect(s3StorageCost(1e12)).toBeCloseTo(23, 9);
    expect(s3StorageCost(60e12)).toBeCloseTo(50_000 * 0.023 + 10_000 * 0.022, 6);
    expect(s3StorageCost(600e12)).toBeCloseTo(1150 + 450_000 * 0.022 + 100_000 * 0.021, 6);
  });

  it('takes 3,500 writes or 5,500 reads a second', () => {
    expect(s3Time({ writes: 7000, reads: 5500 })).toBe(2000);
    expect(s3Time({ writes: 0, reads: 11_000 })).toBe(2000);
  });
});

describe('what is met first', () => {
  it('is what takes longest, until what takes next to it', () => {
    const busy = [
      { by: 'S3', ms: 16_000 },
      { by: 'CPU', ms: 56_000 },
    ] as const;
    expect(firstOf(busy)).toEqual({ first: ['CPU'], change: '4 machines' });
    expect(firstOf([{ by: 'in flight', ms: 9000 }, ...busy.slice(0, 0), { by: 'CPU', ms: 3500 }])).toEqual({
      first: ['in flight'],
      change: '3× in flight',
    });
  });

  it('is several that take about as long', () => {
    const busy = [
      { by: 'line', ms: 91 },
      { by: 'CPU', ms: 100 },
      { by: 'S3', ms: 89 },
    ] as const;
    expect(firstOf(busy)).toEqual({ first: ['CPU', 'line'], change: 'all of them' });
  });

  it('is memory where a run takes more than there is, and half of it is a batch’s', () => {
    expect(batchThatFits(24e9, 96e9, 1_000_000)).toBe(125_000);
    const { first, change } = limitsOf({ ...FIGURES, memory: 7e9 }, 'nothing', '1d', 2_000_000);
    expect({ first, change }).toEqual({ first: ['memory'], change: '696 k a batch' });
  });

  it('asks the source that has all of it soonest', () => {
    expect(quickestSource('top-up', '1d', 10_000)).toMatchObject({
      source: { name: 'polygon starter' },
      by: 'in flight',
      // The session, a page of its splits and one of its dividends: eight in flight, 250 ms each.
      ms: (3 * 250) / 8,
      asked: { requests: 3 },
    });
    // Yahoo would take less time, and has a month.
    expect(quickestSource('fill', '1m', 100_000)?.source.name).toBe('alpaca plus');
    expect(quickestSource('nothing', '1d', 10_000)).toBeNull();
  });
});

describe('figures', () => {
  it('are read from what is published, all of them numbers', () => {
    const values = Object.values(readFigures()).flatMap((value) => numbersOf(value));
    expect(values.length).toBeGreaterThan(25);
    expect(values.filter((value) => !(value > 0))).toEqual([]);
  });

  it('are those of a row and a column', () => {
    const scale = published('scale');
    const row = scale.tables[0]?.rows.find(({ name }) => name === 'fill, 10,000');
    expect(figure(scale, 'By series', 'fill, 10,000', 'each')).toBe(row?.cells['each']);
    expect(readFigures().topUp.cpu.each * 9000).toBeCloseTo(
      figure(scale, '', 'top-up by a session, 10,000', 'cpu') -
        figure(scale, '', 'top-up by a session, 1,000', 'cpu'),
      6,
    );
    expect(() => figure(scale, '', 'fill, 7', 'cpu')).toThrow('scale: 0 rows "fill, 7"');
    expect(() => figure(scale, '', 'fill, 100', 'colour')).toThrow('no number colour');
    expect(numbersIn('499 series × 1,225 sessions')).toEqual([499, 1225]);
  });

  it('of a task in Redis are those of `machines` once it is published, and by hand what that does not say', () => {
    expect(redisOf(undefined)).toBe(BY_HAND);
    const machines = {
      question: 'machines',
      environment: { date: '2026-12-01T00:00:00.000Z' },
      tables: [
        { title: 'A queue', columns: [], rows: [{ name: 'a task', cells: { redis: 0.2, node: 0.5 } }] },
      ],
    } as unknown as Published;
    expect(redisOf(machines)).toEqual({
      ...{ redisMs: 0.2, nodeMs: 0.5, bytes: BY_HAND.bytes, scripts: BY_HAND.scripts },
      source: 'machines 2026-12-01',
    });
  });
});

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

it('figures are written in two digits', () => {
  expect([850, 45_000, 720_000, 31_320_000, 3_110_400_000, 1.04e13].map(timeShort)).toEqual([
    ...['850 ms', '45 s', '12 min', '8.7 h', '36 d', '330 y'],
  ]);
  expect([593, 1340, 300_000, 999_700, 56e6].map(countShort)).toEqual([
    '593',
    '1.3 k',
    '300 k',
    '1 M',
    '56 M',
  ]);
  expect([249_000, 31e9, 1.51e12].map(bytesShort)).toEqual(['0.2 MB', '31 GB', '1.5 TB']);
  expect([0.001, 0.13, 1.54, 153.6].map(usdShort)).toEqual(['<0.01', '0.13', '1.5', '154']);
});
