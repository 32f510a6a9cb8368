import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bar, Series } from '../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { doctorText } from '../../src/report/doctor-text.ts';
import type { Examination } from '../../src/store/damage.ts';
import { actionsPath, barsPath } from '../../src/store/parquet/files/layout.ts';
import { exportStore } from './export-store.mjs';
import { run } from '../cli/one-process.ts';
import { run as runAlone } from './programs.ts';
import { sampled } from '../needs.ts';
import { unsealedWords } from '../store/parquet/own-words.ts';
import { fileOf, rowsInFile } from '../store/rows.ts';

// ALFA, CORV and BRVO.PA have splits in the range.
const DAILY = 'ALFA,CORV,DUNO,ELNA,HAZL,MOSK,BRIQ,UMBR,BRVO.PA,LUNE.PA';
const NOW = '2022-10-31T22:00:00Z';
const RUNS = [
  ['--tickers', DAILY, '--interval', '1d', '--start', '2020-01-02', '--end', '2022-09-30'],
  ['--tickers', 'ALFA,LUNE.PA', '--interval', '1h', '--start', '2022-06-01', '--end', '2022-09-30'],
  ['--tickers', 'ALFA', '--interval', '1m', '--start', '2022-09-01', '--end', '2022-09-09'],
];

let folder = '';
let sound = '';
let truth = '';
let store = '';

async function fill(at: string): Promise<void> {
  for (const options of RUNS) {
    const args = ['--provider', 'sample', '--now', NOW, '--store', at, '--quiet', '--workers', '1'];
    const { code, stderr } = await run('backfill', [...args, ...options]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-doctor-'));
  sound = join(folder, 'sound');
  await fill(sound);
  truth = await exportStore(sound);
}, 120_000);

afterAll(() => rm(folder, { recursive: true }));

let copies = 0;
beforeEach(async () => {
  store = join(folder, `copy-${copies++}`);
  await cp(sound, store, { recursive: true, preserveTimestamps: true });
});

const at = (path: string): string => join(store, path);

const daily = (ticker: string): string => barsPath({ series: { ticker, interval: '1d' }, period: 'all' });
const hourly: Series = { ticker: 'ALFA', interval: '1h' };
const HOURLY = barsPath({ series: hourly, period: '2022' });
const PARIS = barsPath({ series: { ticker: 'LUNE.PA', interval: '1h' }, period: '2022' });
const MINUTES = barsPath({ series: { ticker: 'ALFA', interval: '1m' }, period: '2022-09' });

/** Puts other rows into a file as a stranger's script would: its knowledge stays, without a digest or a seal. */
async function edit(path: string, change: (bars: Bar[]) => Bar[]): Promise<void> {
  const bytes = await readFile(at(path));
  const bars = await rowsInFile(bytes);
  const entry = await unsealedWords(at(path));
  delete entry['digest'];
  await writeFile(at(path), fileOf(change(bars), JSON.stringify(entry)));
}

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), content);
}

const row = (bars: readonly Bar[], i: number, values: Partial<Bar>): Bar[] =>
  bars.map((bar, j) => (i === j ? { ...bar, ...values } : bar));

/** Each damages other files, so that all of them can be done to one store. */
const DAMAGES: readonly [kind: string, path: string, damage: () => Promise<unknown>][] = [
  ['unreadable', daily('DUNO'), () => truncate(at(daily('DUNO')), 5000)],
  [
    'damaged-rows',
    daily('ELNA'),
    async () => {
      const bytes = await readFile(at(daily('ELNA')));
      bytes.fill(0xff, 4, 80);
      await writeFile(at(daily('ELNA')), bytes);
    },
  ],
  ['foreign-copy', daily('HAZL'), () => copyFile(at(daily('MOSK')), at(daily('HAZL')))],
  ['coverage-mismatch', daily('MOSK'), () => edit(daily('MOSK'), (bars) => bars.toSpliced(100, 7))],
  [
    'knowledge-missing',
    daily('BRIQ'),
    async () => {
      const bars = await rowsInFile(await readFile(at(daily('BRIQ'))));
      await writeFile(at(daily('BRIQ')), fileOf(bars, ''));
    },
  ],
  [
    'duplicates',
    daily('UMBR'),
    () => edit(daily('UMBR'), (bars) => [...bars.slice(0, 50), ...bars.slice(40)]),
  ],
  ['unsorted', daily('LUNE.PA'), () => edit(daily('LUNE.PA'), (bars) => bars.toReversed())],
  [
    'mixed-basis',
    daily('ALFA'),
    () =>
      edit(daily('ALFA'), (bars) =>
        bars.map((bar) => {
          const day = bar.ts / MS_PER_DAY;
          if (day < parseDay('2020-05-01') || day >= parseDay('2020-08-31')) return bar;
          const { open, high, low, close } = bar;
          return { ...bar, open: open / 4, high: high / 4, low: low / 4, close: close / 4 };
        }),
      ),
  ],
  [
    'off-calendar',
    HOURLY,
    () => edit(HOURLY, (bars) => row(bars, 30, { ts: (bars[30]?.ts ?? 0) + 1_800_000 })),
  ],
  ['impossible-values', PARIS, () => edit(PARIS, (bars) => row(bars, 20, { low: 0 }))],
  [
    'wrong-magnitude',
    MINUTES,
    () => edit(MINUTES, (bars) => bars.map((bar, i) => (i < 90 ? { ...bar, ts: bar.ts / 1000 } : bar))),
  ],
  [
    'same-series',
    barsPath({ series: { ticker: 'ZZZ', interval: '1d' }, period: 'all' }),
    async () => {
      const bars = await rowsInFile(await readFile(at(daily('CORV'))));
      const path = barsPath({ series: { ticker: 'ZZZ', interval: '1d' }, period: 'all' });
      await put(path, '');
      await writeFile(at(path), fileOf(bars, ''));
    },
  ],
  ['damaged-actions', actionsPath('CORV'), () => truncate(at(actionsPath('CORV')), 30)],
  ['damaged-json', 'universes/mine.json', () => put('universes/mine.json', '{"tickers": ')],
  ['foreign-file', 'bars/notes.txt', () => put('bars/notes.txt', 'hello')],
  ['foreign-folder', 'bars/interval=2d', () => put('bars/interval=2d/x', 'x')],
];

/** All that is stored; that damage was found is noted beside it. */
async function everything(): Promise<string[]> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const notes = join(store, 'damaged');
  const files = entries
    .filter((entry) => entry.isFile() && entry.parentPath !== notes)
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.toSorted().map(async (path) => `${path} ${await readFile(path, 'base64')}`));
}

async function doctor(...options: string[]): Promise<{ code: number | null; examination: Examination }> {
  const { code, stdout, stderr } = await run('backfill', ['doctor', '--store', store, '--json', ...options]);
  expect(stderr).toBe('');
  return { code, examination: JSON.parse(stdout) as Examination };
}

const kindsAt = ({ damages }: Examination, path: string): string[] =>
  damages.filter((damage) => damage.path === path).map(({ kind }) => kind);

it('finds a store sound that was just filled', async () => {
  const { code, stdout } = await runAlone('backfill', ['doctor', '--store', store]);
  expect(stdout).toMatch(/^Examined 13 partitions \([\d,]+ rows\): no damage\.\n$/);
  expect(code).toBe(0);
});

// Of all of them at once each is named and mended below.
describe.each(sampled(DAMAGES, 3, 'damages'))('%s in %s', (kind, path, damage) => {
  it('is named, mended, and fetched again by one run', { timeout: 60_000 }, async () => {
    await damage();
    const before = await everything();
    const found = await doctor();
    expect(found.code).toBe(1);
    expect(kindsAt(found.examination, path)).toContain(kind);
    expect(await everything()).toEqual(before);
    const { code } = await doctor('--fix');
    if (kind === 'same-series') {
      expect(code).toBe(1);
      await run('backfill', ['forget', 'ZZZ', '--yes', '--store', store]);
    } else expect(code).toBe(0);
    await fill(store);
    expect(await exportStore(store)).toEqual(truth);
    expect(await doctor()).toMatchObject({ code: 0, examination: { damages: [] } });
  });
});

it('names and mends every damage of one store at once', { timeout: 60_000 }, async () => {
  for (const [, , damage] of DAMAGES) await damage();
  const before = await everything();
  const { code, stdout } = await runAlone('backfill', ['doctor', '--store', store]);
  expect(code).toBe(1);
  const { examination } = await doctor();
  // A pipe gets every line whole, a terminal what fits it.
  const lines = stdout.split('\n').map((line) => line.trim().split(/ +/).join(' '));
  for (const damage of examination.damages) expect(lines).toContain(`${damage.kind} ${damage.path}`);
  for (const columns of [80, 60]) {
    const page = { columns, isWhole: true, hasColours: false };
    for (const line of doctorText(examination, { fix: false }, page))
      expect(line.length, line).toBeLessThanOrEqual(columns);
  }
  for (const [kind, path] of DAMAGES) expect(kindsAt(examination, path), path).toContain(kind);
  expect(await everything()).toEqual(before);
  expect((await doctor('--fix')).code).toBe(1);
  await run('backfill', ['forget', 'ZZZ', '--yes', '--store', store]);
  await fill(store);
  expect(await exportStore(store)).toEqual(truth);
  expect(await doctor()).toMatchObject({ code: 0, examination: { damages: [] } });
});
