import { chmod, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Series } from '../../../../src/core/bars/bars.ts';
import { calendarById } from '../../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, startOfDay } from '../../../../src/core/session/day.ts';
import { doctorText } from '../../../../src/report/doctor-text.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { actionsPath, barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { AAPL, barAt, coverage, days, NOON, update } from '../../fixtures.ts';
import { rowsIn } from '../../rows.ts';
import { DEAD } from '../dead-pid.ts';
import {
  beginSound,
  NYSE,
  MSFT,
  SPLIT,
  LEARNED,
  DAILY,
  OTHER,
  DAY_5M,
  FIVE,
  DAILY_FILE,
  root,
  store,
  examine,
  kindsOf,
  quarantined,
  stateOf,
  rewrite,
  changed,
  put,
  at,
} from './damaged-store.ts';
import { tellActions } from '../../told-actions.ts';

beginSound();

it('finds nothing wrong with a sound store, and counts what it looked at', async () => {
  const rows = DAILY.length + OTHER.length + FIVE.length;
  expect(await examine()).toEqual({ partitions: 3, rows, damages: [] });
  expect(doctorText(await examine(), { fix: false })).toEqual([
    `Examined 3 partitions (${rows} rows): no damage.`,
  ]);
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
  const bars = days2026.map((day, i) => ({ ...barAt(startOfDay(day)), volume: 100 + i }));
  const thanksgiving = bars.length - 1;
  const rows = bars.map((bar, i) => (i === thanksgiving ? { ...bar, volume: 0 } : bar));
  const learned = coverage({ present: days2026.map((day) => ({ from: day, to: day + 1 })) });
  await store.upsert(update(rows, { series: { ticker: 'NEWS', interval: '1d' }, calendar: 'XNYS', learned }));
  const { damages } = await examine();
  expect(damages).toMatchObject([
    { kind: 'off-calendar', what: '2 rows: the exchange was closed (2026-08-08)' },
  ]);
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
  await put(`bars/interval=1d/ticker=AAPL/period=all/.bars.${DEAD}-0-0.tmp`, 'x');
  const lock = await store.acquire();
  await put(`bars/interval=1d/ticker=AAPL/period=all/.bars.${DEAD}-0-0.tmp`, 'x');
  expect(await examine()).toMatchObject({ damages: [] });
  await lock.release();
});

it('A split that is listed twice within ten days is named: which is right cannot be told', async () => {
  const twice = [SPLIT, { ...SPLIT, exDay: SPLIT.exDay + 3 }];
  await tellActions(store, 'AAPL', twice, days('2025-01-02', '2025-07-01'), 'sample', NOON);
  const { damages } = await store.examine({ now: NOON, fix: true });
  expect(damages.filter(({ kind }) => kind === 'repeated-split')).toEqual([
    {
      ...{ path: actionsPath('AAPL'), kind: 'repeated-split', mendable: false, mended: false },
      what: expect.stringMatching(/^the split \d+:\d+ of .* and again of .*: one of them never was$/),
      mend: expect.stringContaining('backfill actions AAPL --withdraw'),
    },
  ]);
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

it('knows the day of the split in these tests', () => {
  expect(formatDay(SPLIT.exDay)).toBe('2025-07-01');
  expect(NYSE.isSession(SPLIT.exDay)).toBe(true);
});
