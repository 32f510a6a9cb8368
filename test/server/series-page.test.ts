import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type History, openHistory } from '../../src/index.ts';
import type { SeriesPage } from '../../src/report/dashboard/page-data.ts';
import { seriesPage } from '../../src/server/pages/series.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, absence, coverage, daily, days, temporaryFolder, update } from '../store/fixtures.ts';

/** Sessions of daily bars on a page. */
const ON_A_PAGE = 2500;

let history: History;
let remove: () => Promise<void>;

beforeAll(async () => {
  const folder = await temporaryFolder();
  remove = folder.remove;
  const store = openStore(folder.path);
  const weekOf = async (
    ticker: string,
    dates: readonly string[],
    before: readonly object[],
  ): Promise<void> => {
    const [first = '', last = ''] = [dates[0], dates.at(-1)];
    const present = [{ ...days(first, last), to: days(last, last).to + 1 }];
    const learned = coverage({ present, absent: before as never });
    await store.upsert(
      update(
        dates.map((date) => daily(date)),
        { series: { ticker, interval: '1d' }, learned },
      ),
    );
  };
  await weekOf(
    'LATE',
    ['2017-05-08', '2017-05-09', '2017-05-10', '2017-05-11', '2017-05-12'],
    [
      absence(days('2017-04-24', '2017-05-01'), { reason: 'pre-listing' }),
      absence(days('2017-05-01', '2017-05-08')),
    ],
  );
  await weekOf('OLDY', ['2010-01-04', '2010-01-05', '2010-01-06'], []);
  history = openHistory({ store: folder.path, stateFolder: folder.path, clock: () => NOON });
});
afterAll(async () => {
  await history.close();
  await remove();
});

const pageOf = (ticker: string, end?: string): Promise<SeriesPage> =>
  seriesPage(history, { ticker, interval: '1d' }, end);

/** How many places of a page are of which kind. */
function kindsIn({ slots }: SeriesPage): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const [, bar] of slots) {
    const kind = typeof bar === 'string' ? bar : 'bar';
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

describe('the page of a series', () => {
  it('has the sessions before its first bar and after its last one too, as a plot has', async () => {
    const page = await pageOf('LATE');
    const { missing } = page.counts;
    expect(missing).toBeGreaterThan(2200);
    expect(page).toMatchObject({
      shown: { from: '2017-05-01', to: '2026-02-27' },
      last: '2017-05-12',
      earlier: null,
      later: null,
    });
    expect(kindsIn(page)).toEqual({ absent: 5, bar: 5, missing });
    const said = `${missing.toLocaleString('en')} sessions`;
    expect(page.said).toBe(`5 bars, 2017-05-01 to 2026-02-27, as traded; ${said} of these missing (red)`);
    expect(await history.plot({ ticker: 'LATE', interval: '1d' })).toContain(
      `${said} missing in 1 gap (red)`,
    );
  });

  it('begins with the last bar where more sessions are missing after it than a page has', async () => {
    const page = await pageOf('OLDY');
    expect(page.slots[0]?.[0]).toBe('2010-01-06');
    expect(kindsIn(page)).toEqual({ bar: 1, missing: ON_A_PAGE - 1 });
    const after = await pageOf('OLDY', page.later ?? 'none');
    expect(after).toMatchObject({ shown: { to: '2026-02-27' }, later: null });
    expect(kindsIn(after)).toEqual({ missing: ON_A_PAGE });
    const before = await pageOf('OLDY', page.earlier ?? 'none');
    expect(before).toMatchObject({
      earlier: null,
      said: '2 bars, 2010-01-04 to 2010-01-05, as traded; no session of these is missing',
    });
  });

  it('ends where it is asked to end, among sessions without a bar too', async () => {
    const page = await pageOf('LATE', '2017-05-16');
    expect(page.shown).toEqual({ from: '2017-05-01', to: '2017-05-16' });
    expect(kindsIn(page)).toEqual({ absent: 5, bar: 5, missing: 2 });
    expect(page.later).toBe('2026-02-27');
    expect((await pageOf('LATE', '2030-01-01')).shown?.to).toBe('2026-02-27');
  });
});

it('says again and again which file of it is damaged, as a plot does, and what brings it back', async () => {
  const folder = await temporaryFolder();
  const store = openStore(folder.path);
  const learned = coverage({ present: [days('2026-02-23', '2026-02-24')] });
  await store.upsert(update([daily('2026-02-23')], { series: { ticker: 'TORN', interval: '1d' }, learned }));
  const file = 'bars/interval=1d/ticker=TORN/period=all/bars.parquet';
  await truncate(join(folder.path, file), 200);
  const own = openHistory({ store: folder.path, stateFolder: folder.path, clock: () => NOON });
  const torn = { ticker: 'TORN', interval: '1d' } as const;
  const words = `${file} is damaged; the same backfill again fetches what it held`;
  for (let look = 0; look < 2; look++) {
    expect((await seriesPage(own, torn, undefined)).said).toBe(`No bar of it is stored; ${words}`);
    await expect(own.plot(torn)).rejects.toMatchObject({
      code: 'store-corrupt',
      message: `TORN 1d: no bar of it can be read: ${words}`,
    });
  }
  await own.close();
  await folder.remove();
});
