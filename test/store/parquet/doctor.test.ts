import {
  chmod,
  copyFile,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../../src/store/parquet/files/folder.ts';
import type { Bar, Series } from '../../../src/core/bars/bars.ts';
import { formatDay, parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { doctorText } from '../../../src/report/doctor-text.ts';
import type { Damage, DamageKind, Examination } from '../../../src/store/damage.ts';
import { adjustedStretches, type SessionClose } from '../../../src/store/parquet/doctor/adjusted-stretch.ts';
import { lookUntilStill } from '../../../src/store/parquet/doctor/look.ts';
import { encodeActions } from '../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { actionsPath, barsPath, revisionsPath } from '../../../src/store/parquet/files/layout.ts';
import type { BarStore } from '../../../src/store/store.ts';
import type { SeriesState } from '../../../src/store/scan.ts';
import { unsealedWords } from './own-words.ts';
import { AAPL, AAPL_5M, absence, barAt, coverage, days, NOON, temporaryFolder, update } from '../fixtures.ts';
import { fileOf, rowsIn } from '../rows.ts';

const NYSE = calendarById('XNYS');
const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
/** Ex-date in the middle of the range. */
const SPLIT = { kind: 'split', exDay: parseDay('2025-07-01'), ratio: 4 } as const;
const RANGE = days('2025-03-03', '2025-12-01');
const SESSIONS = NYSE.sessions(RANGE);
const LEARNED = coverage({
  present: [RANGE],
  absent: [absence(days('2025-02-03', '2025-03-01'))],
});

/** Closes that wander a little, as traded: a quarter from the split on. */
const DAILY = SESSIONS.map((day, i): Bar => {
  const close = (day < SPLIT.exDay ? 400 : 100) * (1 + 0.01 * Math.sin(i));
  return barAt(startOfDay(day), { open: close, high: close * 1.01, low: close * 0.99, close });
});
const OTHER = DAILY.map((bar, i) => ({ ...bar, volume: 1000 + i }));
const DAY_5M = parseDay('2025-06-02');
const FIVE = [DAY_5M, DAY_5M + 1].flatMap((day) =>
  Array.from({ length: 78 }, (_, i) => barAt(NYSE.session(day).open + i * 300_000, { close: 100 + i / 100 })),
);
const LEARNED_5M = coverage({ present: [days('2025-06-02', '2025-06-04')] });
const DAILY_FILE = barsPath({ series: AAPL, period: 'all' });
const MSFT_FILE = barsPath({ series: MSFT, period: 'all' });
const FIVE_FILE = barsPath({ series: AAPL_5M, period: '2025' });

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  const lock = await store.acquire();
  // As a run does, which knows in the end what its files hold.
  await store.scan();
  await fill();
  await store.upsert(update(OTHER, { series: MSFT, learned: LEARNED }));
  await store.saveRun(NOON, { ok: true });
  await lock.release();
});
afterEach(() => remove());

/** What a run would store of AAPL: once more, it closes every gap. */
async function fill(): Promise<void> {
  await store.upsert(update(DAILY, { learned: LEARNED }));
  await store.upsert(update(FIVE, { series: AAPL_5M, learned: LEARNED_5M }));
  await store.upsertActions('AAPL', [SPLIT], RANGE, 'sample', NOON);
}

const examine = (fix = false): Promise<Examination> => store.examine({ fix, now: NOON });

const kindsOf = ({ damages }: Examination): DamageKind[] => damages.map(({ kind }) => kind);

/** All that is stored; that damage was found is noted beside it. */
async function everything(): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const all = new Map<string, string>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (path.startsWith(join(root, 'damaged'))) continue;
    const { mtimeMs } = await stat(path);
    all.set(path, entry.isFile() ? `${mtimeMs} ${await readFile(path, 'base64')}` : 'folder');
  }
  return all;
}

async function quarantined(): Promise<string[]> {
  return [...(await everything())].flatMap(([path, content]) =>
    path.startsWith(join(root, 'quarantine')) && content !== 'folder' ? path.slice(root.length + 12) : [],
  );
}

const stateOf = async ({ ticker, interval }: Series): Promise<SeriesState | undefined> =>
  (await store.scan()).series.get(`${ticker} ${interval}`);

/** The knowledge in a file of an older version, which has no seal, as JSON. */
const entryOf = (path: string): Promise<Record<string, unknown>> => unsealedWords(join(root, path));

function withoutDigest({ ...entry }: Record<string, unknown>): Record<string, unknown> {
  delete entry['digest'];
  return entry;
}

/** Puts other rows into a file, with its knowledge as another hand would leave it: without a digest. */
async function rewrite(
  path: string,
  bars: readonly Bar[],
  change: (entry: Record<string, unknown>) => unknown = withoutDigest,
): Promise<void> {
  const entry = change(await entryOf(path));
  const metadata = typeof entry === 'string' ? entry : JSON.stringify(entry);
  await writeFile(join(root, path), fileOf(bars, metadata));
}

/** Turns a bit of the last place where a file has a stamp: where its footer says which is the largest. */
async function flipBound(path: string, stamp: number): Promise<void> {
  const bytes = await readFile(join(root, path));
  const place = bytes.lastIndexOf(Buffer.from(BigInt64Array.of(BigInt(stamp)).buffer)) + 4;
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  await writeFile(join(root, path), bytes);
}

const changed = (bars: readonly Bar[], at: number, values: Partial<Bar>): Bar[] =>
  bars.map((bar, i) => (i === at ? { ...bar, ...values } : bar));

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

interface Case {
  readonly name: string;
  readonly kind: DamageKind;
  readonly path: string;
  readonly damage: () => Promise<unknown>;
  readonly what: RegExp;
  /** Sessions of AAPL that are not settled after mending, `1d` then `5m`; default none. */
  readonly gaps?: readonly [number, number];
}

const ALL: readonly [number, number] = [SESSIONS.length, 0];
const at = (path: string): string => join(root, path);

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
    name: 'splits with another bound in their footer',
    kind: 'wrong-bounds',
    path: actionsPath('AAPL'),
    damage: () => flipBound(actionsPath('AAPL'), NOON),
    what: /^its footer says other bounds of the column fetched_at$/,
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
    what: /knowledge is of 156 rows, the file has 155 or others/,
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
  {
    name: 'actions that are cut',
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () => truncate(at(actionsPath('AAPL')), 40),
    what: /./,
  },
  {
    name: 'actions that do not say for which days they speak',
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () =>
      writeFile(
        at(actionsPath('AAPL')),
        encodeActions([{ action: SPLIT, source: 'x', fetchedAt: NOON }], '{}'),
      ),
    what: /for which days/,
  },
  {
    name: 'a split of zero',
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () => {
      const entry = JSON.stringify({ version: 1, ticker: 'AAPL', covered: [], rows: 1 });
      const rows = [{ action: { ...SPLIT, ratio: 0 }, source: 'x', fetchedAt: NOON }];
      return writeFile(at(actionsPath('AAPL')), encodeActions(rows, entry));
    },
    what: /a split of 0/,
  },
  ...(
    [
      ['out of order', [SPLIT, { ...SPLIT, exDay: SPLIT.exDay - 9 }], /not ascending/],
      ['twice a day', [SPLIT, { ...SPLIT, ratio: 2 }], /two splits of one day/],
    ] as const
  ).map(([name, actions, what]): Case => ({
    name: `splits ${name}`,
    kind: 'damaged-actions',
    path: actionsPath('AAPL'),
    damage: () => {
      const entry = JSON.stringify({ version: 1, ticker: 'AAPL', covered: [], rows: 2 });
      const rows = actions.map((action) => ({ action, source: 'x', fetchedAt: NOON }));
      return writeFile(at(actionsPath('AAPL')), encodeActions(rows, entry));
    },
    what,
  })),
  {
    name: 'revisions that are none',
    kind: 'damaged-revisions',
    path: revisionsPath({ series: AAPL, period: 'all' }),
    damage: () => put(revisionsPath({ series: AAPL, period: 'all' }), 'x'),
    what: /./,
  },
  {
    name: 'a run that is no JSON',
    kind: 'damaged-json',
    path: 'runs/20260101T000000Z-00ff.json',
    damage: () => put('runs/20260101T000000Z-00ff.json', '{"a":'),
    what: /no JSON/,
  },
  {
    name: 'a universe that is none',
    kind: 'damaged-json',
    path: 'universes/mine.json',
    damage: () => put('universes/mine.json', '[1]'),
    what: /no universe/,
  },
  {
    name: 'renames that are none',
    kind: 'damaged-json',
    path: 'renames.json',
    damage: () => put('renames.json', '{}'),
    what: /no list of renames/,
  },
  {
    name: 'a strange file',
    kind: 'foreign-file',
    path: 'bars/interval=1d/ticker=AAPL/period=all/bars.parquet.bak',
    damage: () => put('bars/interval=1d/ticker=AAPL/period=all/bars.parquet.bak', 'x'),
    what: /./,
  },
  {
    name: 'a strange folder',
    kind: 'foreign-folder',
    path: 'bars/interval=2d',
    damage: () => put('bars/interval=2d/ticker=X/period=all/bars.parquet', 'x'),
    what: /./,
  },
  {
    name: 'a period that the interval has not',
    kind: 'foreign-folder',
    path: 'bars/interval=5m/ticker=AAPL/period=2025-06',
    damage: () => put('bars/interval=5m/ticker=AAPL/period=2025-06/bars.parquet', 'x'),
    what: /./,
  },
  {
    name: 'a folder in the place of a partition',
    kind: 'foreign-folder',
    path: barsPath({ series: { ticker: 'DIR', interval: '1d' }, period: 'all' }),
    damage: () => put(`${barsPath({ series: { ticker: 'DIR', interval: '1d' }, period: 'all' })}/x`, 'x'),
    what: /./,
  },
  {
    name: 'a temp file of a dead writer',
    kind: 'stale-temp',
    path: 'bars/interval=1d/ticker=AAPL/period=all/.bars.1-0-0.tmp',
    damage: async () => {
      await put('bars/interval=1d/ticker=AAPL/period=all/.bars.1-0-0.tmp', 'x');
      await rm(at('.lock'));
    },
    what: /died/,
  },
];

it('finds nothing wrong with a sound store, and counts what it looked at', async () => {
  const rows = DAILY.length + OTHER.length + FIVE.length;
  expect(await examine()).toEqual({ partitions: 3, rows, damages: [] });
  expect(doctorText(await examine(), { fix: false })).toEqual([
    `Examined 3 partitions (${rows} rows): no damage.`,
  ]);
});

describe.each(CASES)('$name', ({ kind, path, damage, what, gaps = [0, 0] }) => {
  beforeEach(async () => {
    await damage();
  });

  it('is named, and nothing is changed', async () => {
    const before = await everything();
    const { damages } = await examine();
    expect(damages).toEqual([
      {
        path,
        kind,
        what: expect.stringMatching(what),
        mend: expect.any(String),
        mendable: true,
        mended: false,
      },
    ]);
    expect(await everything()).toEqual(before);
  });

  it('is mended: what cannot stay is in quarantine and a gap, and the next run restores it', async () => {
    expect((await examine(true)).damages).toMatchObject([{ path, kind, mended: true }]);
    const isLost =
      /\/(bars|actions)\.parquet$/.test(path) &&
      (await quarantined()).some((name) => name.replace(/\.\d{8}T\d{6}Z-\d+$/, '') === path);
    expect((await examine()).damages).toMatchObject(isLost ? [{ path, kind: 'lost', mendable: false }] : []);
    const settled = async (series: Series): Promise<number> => {
      const known = (await stateOf(series))?.coverage;
      const count = (ranges: readonly { from: number; to: number }[] = []): number =>
        ranges.reduce((sum, range) => sum + NYSE.sessions(range).length, 0);
      return count(known?.present) - count(known?.provisional);
    };
    expect(await settled(AAPL)).toBe(SESSIONS.length - gaps[0]);
    expect(await settled(AAPL_5M)).toBe(2 - gaps[1]);
    await fill();
    expect(await rowsIn(store, AAPL)).toEqual(expect.arrayContaining(DAILY));
    expect(await rowsIn(store, AAPL_5M)).toEqual(FIVE);
    expect(await settled(AAPL)).toBeGreaterThanOrEqual(SESSIONS.length);
    expect(kindsOf(await examine())).toEqual([]);
  });
});

describe('mending', () => {
  it('keeps the rows that it takes, with the reason', async () => {
    await rewrite(DAILY_FILE, changed(DAILY, 4, { close: Number.NaN }));
    await examine(true);
    expect(await rowsIn(store, AAPL)).toEqual(DAILY.toSpliced(4, 1));
    const [path = '', ...more] = await quarantined();
    expect(more).toEqual([]);
    expect(path).toMatch(/^rows\/interval=1d\/ticker=AAPL\/.*\.json$/);
    const record = JSON.parse(await readFile(at(`quarantine/${path}`), 'utf8')) as { rows: object[] };
    expect(record.rows).toMatchObject([
      { row: { ts: DAILY[4]?.ts, close: 'NaN' }, reason: 'close NaN is no positive price' },
    ]);
  });

  it('keeps a whole file as it was', async () => {
    await writeFile(at(DAILY_FILE), 'not mine');
    await examine(true);
    const [path = ''] = await quarantined();
    expect(path).toMatch(/^bars\/interval=1d\/ticker=AAPL\/period=all\/bars\.parquet\.\d{8}T\d{6}Z-1$/);
    expect(await readFile(at(`quarantine/${path}`), 'utf8')).toBe('not mine');
  });

  it('keeps absences, identity and the time of the last answer', async () => {
    await rewrite(DAILY_FILE, changed(DAILY, 4, { close: -1 }));
    const before = await stateOf(MSFT);
    await examine(true);
    const after = await stateOf(AAPL);
    expect(after?.coverage.absent).toEqual(before?.coverage.absent);
    expect(after?.identity).toEqual(before?.identity);
    expect(after?.fetchedAt).toBe(NOON);
  });

  it('moves two strange folders of one name apart', async () => {
    for (const content of ['first', 'second']) {
      await put('strange/x', content);
      await utimes(at('strange'), 1_700_000_000, 1_700_000_000);
      expect((await examine(true)).damages).toMatchObject([{ mended: true }]);
    }
    expect((await quarantined()).toSorted()).toEqual([
      'strange.20231114T221320Z-1/x',
      'strange.20231114T221320Z-2/x',
    ]);
  });

  it('is refused while another writer has the lock, and frees it afterwards', async () => {
    const lock = await store.acquire();
    await expect(openParquetStore(root).examine({ fix: true, now: NOON })).rejects.toMatchObject({
      code: 'store-locked',
    });
    await lock.release();
    expect((await examine(true)).damages).toEqual([]);
    await (await store.acquire()).release();
  });

  it('mends many damages at once', async () => {
    await rewrite(DAILY_FILE, changed([...DAILY.slice(5), ...DAILY.slice(0, 5)], 20, { low: -1 }));
    await put('strange/x', 'x');
    await put('renames.json', '?');
    const { damages } = await examine(true);
    expect(damages.map(({ kind }) => kind).toSorted()).toEqual([
      'damaged-json',
      'foreign-folder',
      'impossible-values',
      'unsorted',
    ]);
    expect(damages.every(({ mended }) => mended)).toBe(true);
    expect(kindsOf(await examine())).toEqual([]);
  });
});

it('takes a bar of the lunch break for none', async () => {
  const toyota: Series = { ticker: '7203.T', interval: '5m' };
  const { open, lunch } = calendarById('XTKS').session(DAY_5M);
  const bars = [
    barAt(open),
    barAt((lunch?.start ?? 0) - 300_000),
    barAt(lunch?.start ?? 0),
    barAt(lunch?.end ?? 0),
  ];
  const learned = coverage({ present: [days('2025-06-02', '2025-06-03')] });
  await store.upsert(update(bars, { series: toyota, calendar: 'XTKS', learned }));
  const { damages } = await examine();
  expect(damages).toMatchObject([
    { kind: 'off-calendar', what: '1 row: it is outside the session (2025-06-02)' },
  ]);
});

it('looks at days after the calendar’s facts as a run does', async () => {
  const days2026 = ['2026-08-07', '2026-08-08', '2026-09-04', '2026-09-07', '2026-11-26'].map(parseDay);
  const bars = days2026.map((day) => barAt(startOfDay(day)));
  const thanksgiving = bars.length - 1;
  const rows = bars.map((bar, i) => (i === thanksgiving ? { ...bar, volume: 0 } : bar));
  const learned = coverage({ present: days2026.map((day) => ({ from: day, to: day + 1 })) });
  await store.upsert(update(rows, { series: { ticker: 'NEWS', interval: '1d' }, calendar: 'XNYS', learned }));
  const { damages } = await examine();
  expect(damages).toMatchObject([
    { kind: 'off-calendar', what: '2 rows: the exchange was closed (2026-08-08)' },
  ]);
});

describe('adjusted stretches', () => {
  const splits = [
    { kind: 'split', exDay: 10, ratio: 2 },
    { kind: 'split', exDay: 20, ratio: 3 },
  ] as const;
  /** One close a day from 1 on, from what a day's price is. */
  const closes = (price: (day: number) => number): SessionClose[] =>
    Array.from({ length: 30 }, (_, i) => ({ day: i + 1, close: price(i + 1) * (1 + (i % 3) / 200) }));
  const raw = (day: number): number => (day < 10 ? 600 : day < 20 ? 300 : 100);

  it('are none where every split shows at its ex-date', () => {
    expect(adjustedStretches(closes(raw), splits)).toEqual([]);
  });

  it('reach back over several splits, all of which they are adjusted for', () => {
    const found = adjustedStretches(
      closes((day) => (day >= 5 && day < 20 ? 100 : raw(day))),
      splits,
    );
    expect(found).toEqual([{ from: 5, to: 20 }]);
  });

  it('end at an earlier split that shows', () => {
    const found = adjustedStretches(
      closes((day) => (day >= 15 && day < 20 ? 100 : raw(day))),
      splits,
    );
    expect(found).toEqual([{ from: 15, to: 20 }]);
  });

  it('may begin at an ex-date, where prices were not yet split', () => {
    const found = adjustedStretches(
      closes((day) => (day >= 20 && day < 25 ? 300 : raw(day))),
      splits,
    );
    expect(found).toEqual([{ from: 20, to: 25 }]);
  });

  it('are none where the level changes nowhere: the split may be what is wrong', () => {
    expect(
      adjustedStretches(
        closes(() => 100),
        splits,
      ),
    ).toEqual([]);
  });

  it('are none where a price halves by itself and the splits show', () => {
    expect(
      adjustedStretches(
        closes((day) => (day < 5 ? 1200 : raw(day))),
        splits,
      ),
    ).toEqual([]);
  });

  it('are none for a split too small to tell', () => {
    const found = adjustedStretches(
      closes((day) => (day < 5 ? 110 : 100)),
      [{ ...splits[0], ratio: 1.1 }],
    );
    expect(found).toEqual([]);
  });
});

it('reports the same bars under two tickers, and leaves them', async () => {
  const copy: Series = { ticker: 'COPY', interval: '1d' };
  await store.upsert(update(DAILY, { series: copy, learned: LEARNED }));
  const { damages } = await examine(true);
  expect(damages).toMatchObject([{ kind: 'same-series', mendable: false, mended: false }]);
  expect(damages[0]?.path).toBe(barsPath({ series: copy, period: 'all' }));
  expect(damages[0]?.what).toBe(`the same bars as ${DAILY_FILE}`);
  expect(await rowsIn(store, copy)).toEqual(DAILY);
});

it('takes a temp file for nothing strange while its writer may be at work', async () => {
  await put('bars/interval=1d/ticker=AAPL/period=all/.bars.1-0-0.tmp', 'x');
  const lock = await store.acquire();
  await put('bars/interval=1d/ticker=AAPL/period=all/.bars.1-0-0.tmp', 'x');
  expect(await examine()).toMatchObject({ damages: [] });
  await lock.release();
});

it('A split that is listed twice within ten days is named: which is right cannot be told', async () => {
  const twice = [SPLIT, { ...SPLIT, exDay: SPLIT.exDay + 3 }];
  await store.upsertActions('AAPL', twice, days('2025-01-02', '2025-07-01'), 'sample', NOON);
  const { damages } = await store.examine({ now: NOON, fix: true });
  expect(damages.filter(({ kind }) => kind === 'repeated-split')).toEqual([
    {
      ...{ path: actionsPath('AAPL'), kind: 'repeated-split', mendable: false, mended: false },
      what: expect.stringMatching(/^the split \d+:\d+ of .* and again of .*: one of them never was$/),
      mend: expect.stringContaining('backfill actions AAPL --withdraw'),
    },
  ]);
});

describe('a file that is replaced while it is looked at', () => {
  /** Looks that see damage as long as another version comes in between, `times` times. */
  const looks = async (times: number): Promise<{ seen: number; isDamaged: boolean }> => {
    let seen = 0;
    const isDamaged = await lookUntilStill(
      openFolder(root),
      DAILY_FILE,
      async () => {
        if (seen++ >= times) return false;
        await writeFile(at('new'), 'x');
        await rename(at('new'), at(DAILY_FILE));
        return true;
      },
      (result) => result,
    );
    return { seen, isDamaged };
  };

  it('is looked at again, and judged by what it is then', async () => {
    expect(await looks(2)).toEqual({ seen: 3, isDamaged: false });
  });

  it('is judged in the end', async () => {
    expect(await looks(99)).toEqual({ seen: 5, isDamaged: true });
  });

  it('is looked at once if it only stays damaged', async () => {
    let seen = 0;
    const look = async (): Promise<boolean> => ++seen > 0;
    expect(await lookUntilStill(openFolder(root), DAILY_FILE, look, (result) => result)).toBe(true);
    expect(seen).toBe(1);
  });
});

it('says in one line that there is no store, and creates none', async () => {
  const nowhere = join(root, 'nowhere');
  for (const fix of [false, true]) {
    const call = openParquetStore(nowhere).examine({ fix, now: NOON });
    await expect(call).rejects.toMatchObject({
      code: 'store-unusable',
      message: `there is no store at ${nowhere}`,
    });
  }
  await expect(stat(nowhere)).rejects.toThrow('ENOENT');
});

it('finds an empty folder sound', async () => {
  await mkdir(join(root, 'quarantine/empty'), { recursive: true });
  const empty = openParquetStore(join(root, 'quarantine/empty'));
  expect(await empty.examine({ now: NOON })).toEqual({ partitions: 0, rows: 0, damages: [] });
});

it('reports what it may not read, and the rest is examined', async () => {
  await put('strange/x', 'x');
  await chmod(at(DAILY_FILE), 0);
  await chmod(root, 0o755);
  const isRoot = process.getuid?.() === 0;
  // Nothing is forbidden to root: as nobody, for as long as it takes.
  if (isRoot) process.seteuid?.(65_534);
  try {
    expect(kindsOf(await examine())).toEqual(['unreadable', 'foreign-folder']);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

describe('the text of an examination', () => {
  const damage: Damage = {
    path: FIVE_FILE,
    kind: 'impossible-values',
    what: `2 rows: ${'high 10 is below low 12 '.repeat(5)}(2025-05-03)`,
    mend: 'moves the rows to quarantine; the next run asks for their sessions again',
    mendable: true,
    mended: false,
  };

  it('fits 80 columns and sums up', () => {
    const stuck: Damage = { ...damage, kind: 'same-series', mendable: false };
    const page = { columns: 80, isWhole: false, hasColours: false };
    const lines = doctorText({ partitions: 9, rows: 99, damages: [damage, stuck] }, { fix: false }, page);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toBe('KIND              PATH');
    expect(lines[1]).toBe(`impossible-values ${FIVE_FILE}`);
    expect(lines.at(-1)).toBe('2 damages in 1 file; run backfill doctor --fix to mend 1.');
  });

  it('cuts a long list short on a terminal, by kind, and breaks paths at 60 columns', () => {
    const page = { columns: 60, isWhole: false, hasColours: false };
    const damages = Array.from({ length: 300 }, (_, i): Damage => ({ ...damage, path: `${FIVE_FILE}/${i}` }));
    const lines = doctorText({ partitions: 9, rows: 99, damages }, { fix: false }, page);
    expect(lines.length).toBeLessThan(150);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines.slice(-4)).toEqual([
      '… and 280 more (impossible-values 280): --all lists them',
      '',
      '300 damages in 300 files; run backfill doctor --fix to mend',
      '300.',
    ]);
    const whole = doctorText({ partitions: 9, rows: 99, damages }, { fix: false });
    expect(whole.filter((line) => line.startsWith('impossible-values '))).toHaveLength(300);
  });

  it('says what was mended and what is left', () => {
    const damages: Damage[] = [
      { ...damage, mended: true },
      { ...damage, path: 'x\u001B[2Jy' },
    ];
    const lines = doctorText({ partitions: 9, rows: 99, damages }, { fix: true });
    expect(lines.slice(-2)).toEqual([
      '2 damages in 2 files: 1 mended, 1 left.',
      'Run the same backfill again: it fetches what is missing now.',
    ]);
    expect(lines.filter((line) => /^ {2}(mended|left): moves/.test(line))).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});

it('knows the day of the split in these tests', () => {
  expect(formatDay(SPLIT.exDay)).toBe('2025-07-01');
  expect(NYSE.isSession(SPLIT.exDay)).toBe(true);
});
