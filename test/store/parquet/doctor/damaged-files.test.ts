import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { parseDay, startOfDay } from '../../../../src/core/session/day.ts';
import { barAt } from '../../fixtures.ts';
import {
  beginSound,
  SESSIONS,
  DAILY,
  FIVE,
  DAILY_FILE,
  MSFT_FILE,
  FIVE_FILE,
  rewrite,
  flipBound,
  changed,
  type Case,
  ALL,
  at,
  describeDamages,
  withoutDigest,
} from './damaged-store.ts';

beginSound();

const CASES: readonly Case[] = [
  {
    name: 'empty',
    kind: 'unreadable',
    path: DAILY_FILE,
    damage: () => truncate(at(DAILY_FILE), 0),
    what: /empty/,
    gaps: ALL,
  },
  {
    name: 'cut',
    kind: 'unreadable',
    path: DAILY_FILE,
    damage: () => truncate(at(DAILY_FILE), 900),
    what: /./,
    gaps: ALL,
  },
  {
    name: 'text',
    kind: 'unreadable',
    path: FIVE_FILE,
    damage: () => writeFile(at(FIVE_FILE), 'ts,open\n2026-02-27,100\n'),
    what: /./,
    gaps: [0, 2],
  },
  {
    name: 'Parquet of something else',
    kind: 'wrong-schema',
    path: DAILY_FILE,
    damage: () => {
      const other = parquetWriteBuffer({ columnData: [{ name: 'ts', data: ['x'], type: 'STRING' }] });
      return writeFile(at(DAILY_FILE), new Uint8Array(other));
    },
    what: /column ts/,
    gaps: ALL,
  },
  {
    name: 'broken in its pages',
    kind: 'damaged-rows',
    path: DAILY_FILE,
    damage: async () => {
      const bytes = await readFile(at(DAILY_FILE));
      bytes.fill(0xff, 4, 60);
      await writeFile(at(DAILY_FILE), bytes);
    },
    what: /./,
    gaps: ALL,
  },
  {
    name: 'of other values than were written',
    kind: 'damaged-rows',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, changed(DAILY, 9, { volume: 7 }), (entry) => entry),
    what: /not those that were written/,
    gaps: ALL,
  },
  {
    name: 'with another last stamp in its footer',
    kind: 'wrong-bounds',
    path: DAILY_FILE,
    damage: () => flipBound(DAILY_FILE, startOfDay(SESSIONS.at(-1) ?? 0)),
    what: /^its footer says other bounds of the column ts$/,
  },
  {
    name: "another ticker's",
    kind: 'foreign-copy',
    path: DAILY_FILE,
    damage: () => copyFile(at(MSFT_FILE), at(DAILY_FILE)),
    what: /ticker MSFT/,
    gaps: ALL,
  },
  {
    name: 'stamped as adjusted',
    kind: 'mixed-basis',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, DAILY, (entry) => ({ ...entry, basis: 'split-adjusted' })),
    what: /"split-adjusted", not raw/,
    gaps: ALL,
  },
  {
    name: 'without knowledge',
    kind: 'knowledge-missing',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, DAILY, () => 'nonsense'),
    what: /says nothing of itself/,
  },
  {
    name: 'with malformed knowledge',
    kind: 'knowledge-missing',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, FIVE, (entry) => ({ ...entry, absent: 5 })),
    what: /malformed/,
    gaps: [0, 2],
  },
  {
    name: 'without a row of a present session',
    kind: 'coverage-mismatch',
    path: DAILY_FILE,
    damage: () =>
      rewrite(DAILY_FILE, DAILY.toSpliced(5, 1), (entry) => ({
        ...withoutDigest(entry),
        rows: DAILY.length - 1,
      })),
    what: /^1 session known as present without a row \(2025-03-10\)$/,
    gaps: [1, 0],
  },
  {
    name: 'known to have other rows',
    kind: 'coverage-mismatch',
    path: FIVE_FILE,
    damage: () => rewrite(FIVE_FILE, FIVE.toSpliced(5, 1)),
    what: /knowledge is of 156 rows, there are 155 or others/,
    gaps: [0, 2],
  },
  {
    name: 'without a row that its knowledge explains away',
    kind: 'coverage-mismatch',
    path: DAILY_FILE,
    damage: () =>
      rewrite(DAILY_FILE, DAILY.toSpliced(5, 1), (entry) => ({
        ...entry,
        present: [],
        absent: [
          {
            ...{ from: '2025-03-10', to: '2025-03-11', reason: 'vendor-empty', provider: 'sample' },
            ...{ checkedAt: '2025-04-01T00:00:00.000Z', attempts: 9, nextRetryAt: null },
          },
        ],
      })),
    what: /knowledge is of/,
    gaps: [1, 0],
  },
  {
    name: "with knowledge of another exchange's sessions",
    kind: 'knowledge-missing',
    path: DAILY_FILE,
    damage: () => rewrite(DAILY_FILE, DAILY, (entry) => ({ ...entry, calendar: 'XPAR' })),
    what: /malformed/,
  },
  {
    name: 'with rows of an absent session',
    kind: 'coverage-mismatch',
    path: DAILY_FILE,
    damage: () =>
      rewrite(
        DAILY_FILE,
        [barAt(startOfDay(parseDay('2025-02-04')), { close: 101.5 }), ...DAILY],
        (entry) => ({
          ...withoutDigest(entry),
          rows: DAILY.length + 1,
          firstTs: startOfDay(parseDay('2025-02-04')),
        }),
      ),
    what: /^1 session known as absent with rows \(2025-02-04\)$/,
  },
];

describeDamages(CASES);
