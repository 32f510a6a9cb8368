import { parseDay, startOfDay } from '../../../../src/core/session/day.ts';
import { barAt } from '../../fixtures.ts';
import {
  beginSound,
  NYSE,
  SPLIT,
  DAILY,
  DAY_5M,
  FIVE,
  DAILY_FILE,
  FIVE_FILE,
  rewrite,
  changed,
  type Case,
  describeDamages,
} from './damaged-store.ts';

beginSound();

const CASES: readonly Case[] = [
  {
    name: 'with a row twice',
    kind: 'duplicates',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, DAILY.toSpliced(5, 0, ...DAILY.slice(5, 6)), (entry) => entry),
    what: /^1 row the same as another$/,
  },
  {
    name: 'with rows that contradict each other',
    kind: 'duplicates',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, DAILY.toSpliced(5, 0, ...changed(DAILY, 5, { volume: 5 }).slice(5, 6))),
    what: /^2 rows: another row has the same stamp and other values \(2025-03-10\)$/,
    gaps: [1, 0],
  },
  {
    name: 'unsorted',
    kind: 'unsorted',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, [...DAILY.slice(5), ...DAILY.slice(0, 5)], (entry) => entry),
    what: /^1 row earlier than the one before$/,
  },
  {
    name: 'with a bar on a holiday',
    kind: 'off-calendar',
    path: DAILY_FILE,
    damage: () =>
      rewrite(
        DAILY_FILE,
        [...DAILY, barAt(startOfDay(parseDay('2025-07-04')))].toSorted((a, b) => a.ts - b.ts),
      ),
    what: /^1 row: the exchange was closed \(2025-07-04\)$/,
  },
  {
    name: 'with a bar after the close',
    kind: 'off-calendar',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, [...FIVE, barAt(NYSE.session(DAY_5M + 1).close)]),
    what: /^1 row: it is outside the session \(2025-06-03\)$/,
    gaps: [0, 1],
  },
  {
    name: 'with a bar off the grid',
    kind: 'off-calendar',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, changed(FIVE, 3, { ts: (FIVE[3]?.ts ?? 0) + 60_000 })),
    what: /^1 row: no bar of the session starts then \(2025-06-02\)$/,
    gaps: [0, 1],
  },
  {
    name: 'with a daily bar stamped at an hour',
    kind: 'off-calendar',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, changed(DAILY, 3, { ts: (DAILY[3]?.ts ?? 0) + 60_000 })),
    what: /is no date/,
    gaps: [1, 0],
  },
  {
    name: 'with a bar of another period',
    kind: 'outside-period',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, [...FIVE, barAt(NYSE.session(parseDay('2026-01-05')).open)]),
    what: /^1 row: 2026-01-05 is in another period/,
  },
  {
    name: 'with a price that is no number',
    kind: 'impossible-values',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, changed(DAILY, 4, { close: Number.NaN })),
    what: /^1 row: close NaN is no positive price \(2025-03-07\)$/,
    gaps: [1, 0],
  },
  {
    name: 'with high below low in one of many bars of a session',
    kind: 'impossible-values',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, changed(FIVE, 4, { high: 5 })),
    what: /high 5 is below low 99/,
    gaps: [0, 1],
  },
  ...(
    [
      ['s', 1 / 1000],
      ['us', 1000],
    ] as const
  ).map(([unit, factor]): Case => ({
    name: `with stamps in ${unit}`,
    kind: 'wrong-magnitude',
    path: DAILY_FILE,
    damage: () =>
      rewrite(
        DAILY_FILE,
        DAILY.map((bar, i) => (i < 3 ? { ...bar, ts: bar.ts * factor } : bar)),
      ),
    what: new RegExp(`^3 rows: its stamp \\d+ is in ${unit}, not in ms$`),
    gaps: [3, 0],
  })),
  {
    name: 'with stamps in s of a part of a session',
    kind: 'wrong-magnitude',
    path: FIVE_FILE,
    damage: () =>
      rewrite(
        FIVE_FILE,
        FIVE.map((bar, i) => (i < 10 ? { ...bar, ts: bar.ts / 1000 } : bar)),
      ),
    what: /^10 rows: its stamp \d+ is in s, not in ms$/,
    gaps: [0, 1],
  },
  {
    name: 'with a bar that went astray to another year',
    kind: 'outside-period',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, changed(FIVE, 155, { ts: NYSE.session(parseDay('2026-01-05')).open })),
    what: /^1 row: 2026-01-05 is in another period/,
    gaps: [0, 2],
  },
  {
    name: 'with a stretch that is already adjusted',
    kind: 'mixed-basis',
    path: DAILY_FILE,
    damage: () =>
      rewrite(
        DAILY_FILE,
        DAILY.map((bar) =>
          bar.ts >= startOfDay(parseDay('2025-05-01')) && bar.ts < startOfDay(SPLIT.exDay)
            ? { ...bar, open: bar.open / 4, high: bar.high / 4, low: bar.low / 4, close: bar.close / 4 }
            : bar,
        ),
      ),
    what: /^41 rows: the price level changes by the ratio of a split, and not at its ex-date \(2025-05-01\)$/,
    gaps: [41, 0],
  },
];

describeDamages(CASES);
