import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { actionsPath, barsPath, revisionsPath } from '../../src/store/parquet/files/layout.ts';
import { LONG_RUNS, sampled } from '../needs.ts';
import {
  AAPL,
  AAPL_5M,
  coverage,
  daily,
  days,
  NOON,
  at,
  temporaryFolder,
  update,
} from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

const BARS = [daily('2026-02-26'), daily('2026-02-27')];
const LEARNED = coverage({ present: [days('2026-02-26', '2026-02-28')] });
const DAILY_FILE = barsPath({ series: AAPL, period: 'all' });
const FIVE_FILE = barsPath({ series: AAPL_5M, period: '2026' });

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  const store = openParquetStore(join(folder, 'sound'));
  const lease = await store.acquire();
  await store.upsert(update(BARS, { learned: LEARNED }));
  await store.upsert(update([daily('2026-02-26', { close: 101 })], { fetchedAt: NOON + 1 }));
  await store.upsert(
    update([at('2026-02-26T15:00Z')], {
      series: AAPL_5M,
      learned: coverage({ present: [days('2026-02-26', '2026-02-27')] }),
    }),
  );
  await store.upsert(update(BARS, { series: { ticker: 'MSFT', interval: '1d' }, learned: LEARNED }));
  const split = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
  await tellActions(store, 'AAPL', [split], days('2020-01-01', '2026-03-01'), 'sample', NOON);
  await store.quarantine(AAPL, [{ row: {}, reason: 'none' }], 'sample', NOON);
  await store.saveRename({ from: 'FB', to: 'META', start: null, end: null });
  await store.saveRun(NOON, {});
  await lease.release();
});
afterAll(() => remove());

/** What can lie where something else belongs, beside a file and a folder. */
const NEITHER: Readonly<Record<string, (path: string) => unknown>> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a link that leads nowhere': (path) => symlink('/nowhere/at/all', path),
  'a link to itself': (path) => symlink(path, path),
};
const NO_FOLDER = { 'a file': (path: string) => writeFile(path, 'x'), ...NEITHER };
const NO_FILE = {
  'an empty folder': (path: string) => mkdir(path),
  'a full folder': async (path: string) => {
    await mkdir(join(path, 'sub'), { recursive: true });
    await writeFile(join(path, 'sub', 'f'), 'x');
  },
  ...NEITHER,
};

/** Who is told of what lies under a name. `all`: nothing can be done with the store; `series`: it is named by all who read it. */
type Concerns = 'all' | 'series' | 'revisions' | 'actions' | 'doctor';

const PLACES: readonly (readonly [name: string, concerns: Concerns, kinds: typeof NEITHER])[] = [
  ['bars', 'all', NO_FOLDER],
  ['bars/interval=1d', 'all', NO_FOLDER],
  ['bars/interval=1d/ticker=AAPL', 'series', NO_FOLDER],
  ['bars/interval=5m/ticker=AAPL', 'series', NO_FOLDER],
  [dirname(DAILY_FILE), 'series', NO_FOLDER],
  [dirname(FIVE_FILE), 'series', NO_FOLDER],
  [DAILY_FILE, 'series', NO_FILE],
  [FIVE_FILE, 'series', NO_FILE],
  ['revisions', 'all', NO_FOLDER],
  ['revisions/interval=1d', 'all', NO_FOLDER],
  ['revisions/interval=1d/ticker=AAPL', 'revisions', NO_FOLDER],
  [revisionsPath({ series: AAPL, period: 'all' }), 'revisions', NO_FILE],
  ['actions', 'all', NO_FOLDER],
  ['actions/ticker=AAPL', 'actions', NO_FOLDER],
  [actionsPath('AAPL'), 'actions', NO_FILE],
  ['universes', 'all', NO_FOLDER],
  ['universes/mine.json', 'doctor', NO_FILE],
  ['runs', 'all', NO_FOLDER],
  ['quarantine', 'all', NO_FOLDER],
  ['quarantine/bars', 'doctor', NO_FOLDER],
  ['quarantine/rows', 'doctor', NO_FOLDER],
  ['quarantine/rows/interval=1d', 'doctor', NO_FOLDER],
  ['quarantine/forgotten', 'doctor', NO_FOLDER],
  ['renames.json', 'all', NO_FILE],
  ['.lock', 'all', NO_FILE],
  ['scan.cache', 'doctor', NO_FILE],
];

/** Of what is neither, one kind a place, in turn, but for the long form. */
const CASES = PLACES.flatMap(([name, concerns, kinds], place) =>
  Object.entries(kinds)
    .filter(([kind]) => LONG_RUNS || !(kind in NEITHER) || kind === Object.keys(NEITHER)[place % 3])
    .map(([kind, make]) => ({ name, concerns, kind, make })),
);

let count = 0;

/** A store of which a name is something else than it has to be. */
async function damaged(name: string, make: (path: string) => unknown): Promise<string> {
  const root = join(folder, `store-${count++}`);
  await cp(join(folder, 'sound'), root, { recursive: true });
  await rm(join(root, name), { recursive: true, force: true });
  await mkdir(dirname(join(root, name)), { recursive: true });
  await make(join(root, name));
  return root;
}

/** The paths that somebody is told of; 'all' for an error of the whole store, which has to say in one line what to do. */
async function told(paths: Promise<readonly string[]>): Promise<readonly string[] | 'all'> {
  try {
    return await paths;
  } catch (error) {
    expect(error).toBeInstanceOf(BackfillError);
    const { code, message } = error as BackfillError;
    expect([code, message]).toEqual([
      'store-unusable',
      expect.stringMatching(/^[^\n]*; backfill doctor --fix moves it to quarantine[^\n]*$/),
    ]);
    return 'all';
  }
}

/** What must be told, or all that there is. */
function expected(isConcerned: boolean, concerns: Concerns, name: string): unknown {
  if (concerns === 'all') return 'all';
  return isConcerned ? [expect.stringMatching(new RegExp(`^${name}(/|$)`))] : [];
}

describe.each(sampled(CASES, 2, 'places'))('$kind where $name belongs', ({ name, concerns, make }) => {
  it('is told by whoever reads the store, and what is read besides is all there is', async () => {
    const root = await damaged(name, make);
    const history = openHistory({ store: root, clock: () => NOON });
    const isRead = concerns === 'series' || concerns === 'actions';
    expect(
      await told(history.coverage().then(({ unreadable }) => unreadable.map(({ path }) => path))),
    ).toEqual(expected(isRead, concerns, name));
    const view = ['revisions', 'actions'].find((tree) => name.startsWith(tree)) ?? 'bars';
    const query = history.query(`SELECT count(*) FROM ${view}`, (_, leftOut) =>
      Promise.resolve(leftOut.map(({ path }) => path)),
    );
    expect(await told(query)).toEqual(expected(concerns !== 'doctor', concerns, name));
    const interval = name.includes('=5m') ? '5m' : '1d';
    const exported = history.export({ tickers: ['AAPL'], interval, to: () => Promise.resolve() });
    expect(
      await told(exported.then(({ failures }) => failures.map(({ reason }) => reason.replace(/: .*/, '')))),
    ).toEqual(expected(concerns === 'series', concerns, name));
  });

  it('is told by a run before it does anything, or moved out of its way', async () => {
    const store = openParquetStore(await damaged(name, make));
    const run = async (): Promise<readonly string[]> => {
      const lease = await store.acquire();
      try {
        return (await store.scan()).setAside.map(({ path }) => path);
      } finally {
        await lease.release();
      }
    };
    const isRead = concerns === 'series' || concerns === 'actions';
    expect(await told(run())).toEqual(expected(isRead, concerns, name));
  });

  it('is mended as the doctor promises, and the store is whole then', async () => {
    const root = await damaged(name, make);
    const store = openParquetStore(root);
    const { damages } = await store.examine({ now: NOON });
    expect(damages.length).toBeGreaterThan(0);
    for (const { path, mendable } of damages)
      expect([path, mendable]).toEqual([expect.stringMatching(new RegExp(`^${name}(/|$)`)), true]);
    const fixed = await store.examine({ fix: true, now: NOON });
    expect(fixed.damages).toEqual(damages.map((damage) => ({ ...damage, mended: true })));
    expect((await store.examine({ now: NOON })).damages).toEqual([]);
    const kept = await readdir(join(root, 'quarantine'), { recursive: true });
    expect(kept.some((path) => /Z-\d+$/.test(path) && path.includes(name.split('/').at(-1) ?? ''))).toBe(
      true,
    );
    const lease = await store.acquire();
    expect((await store.scan()).setAside).toEqual([]);
    await lease.release();
  });
});

describe('a folder where a file of bars belongs', () => {
  const folderFor = (path: string): Promise<unknown> => mkdir(path);

  it('is named by who writes there, as one file of the store', async () => {
    const root = await damaged(DAILY_FILE, folderFor);
    await expect(openParquetStore(root).upsert(update(BARS))).rejects.toMatchObject({
      code: 'store-unusable',
      scope: 'series',
      message: `${DAILY_FILE} in the store ${root} cannot be used: it is a folder, not a file; backfill doctor --fix moves it to quarantine`,
    });
  });

  it('keeps nobody from what is known of its splits, and a forget from nothing else', async () => {
    const root = await damaged(DAILY_FILE, folderFor);
    const history = openHistory({ store: root, clock: () => NOON });
    const { length: actions } = await history.actions('AAPL');
    expect(await history.actionBook('AAPL')).toMatchObject({ entries: { length: actions } });
    const forgotten = await history.forget('AAPL,MSFT', {});
    // Of AAPL five minutes, of MSFT two days.
    expect(forgotten).toMatchObject({ rows: 3, actions, setAside: [{ path: DAILY_FILE, isLeft: true }] });
  });
});
