import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bar } from '../../src/core/bars/bars.ts';
import { parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { realData } from '../realdata.ts';
import { barAt } from '../store/fixtures.ts';
import { REAL_DATA, describeWith, itWith } from '../needs.ts';
import { rowsIn } from '../store/rows.ts';
import { beginEmpty, FB, META, ON, folder, store, history, hold, dates } from './renamed-store.ts';

beginEmpty();

describe('a map file', () => {
  const bar = (date: string): Bar => barAt(Date.parse(date), { source: 'csv' });

  it('renames all that it tells of, and nothing besides', async () => {
    await hold({ ticker: 'OLD', interval: '1d' }, [bar('2005-06-29'), bar('2005-06-30'), bar('2005-07-01')]);
    await hold({ ticker: 'MID', interval: '1d' }, [bar('2005-06-30'), bar('2010-01-04'), bar('2010-01-05')]);
    const path = join(folder, 'new.csv');
    await writeFile(path, '20050630,old\n20100104,mid\n20501231,new\n');
    expect((await history.renameByMapFile(path)).map(({ what, bars }) => `${what}: ${bars}`)).toEqual([
      'OLD became NEW on 2005-07-01: 1',
      'MID became NEW on 2010-01-05: 1',
    ]);
    expect(await dates({ ticker: 'NEW', interval: '1d' })).toEqual(['2005-06-30', '2010-01-04']);
  });

  it('that leads to another market moves nothing', async () => {
    const path = join(folder, 'new.csv');
    await writeFile(path, '20050630,old\n20070629,old.de\n20100104,mid\n20501231,new\n');
    await expect(history.renameByMapFile(path)).rejects.toThrow('OLD.DE (calendar XETR) cannot become NEW');
    expect(await store.readRenames()).toEqual([]);
  });

  itWith(REAL_DATA)('of 21st Century Fox makes one series of three names', async () => {
    for (const [ticker, ...held] of [
      ['NWSA', '2013-06-27', '2013-06-28', '2013-07-01'],
      ['FOXA', '2013-07-01', '2019-03-18', '2019-03-19'],
      ['TFCFA', '2019-03-19', '2019-03-20'],
    ])
      await hold({ ticker: ticker ?? '', interval: '1d' }, held.map(bar));
    await history.renameByMapFile(realData('corporate-actions/map_files/tfcfa.csv'));
    expect(await dates({ ticker: 'TFCFA', interval: '1d' })).toEqual([
      '2013-06-27',
      '2013-06-28',
      '2013-07-01',
      '2019-03-18',
      '2019-03-19',
      '2019-03-20',
    ]);
    expect(await dates({ ticker: 'NWSA', interval: '1d' })).toEqual(['2013-07-01']);
    expect(await dates({ ticker: 'FOXA', interval: '1d' })).toEqual(['2019-03-19']);
  });
});

describeWith(REAL_DATA)('Facebook’s real bars', () => {
  it('are Meta’s after the rename, bit by bit; those of the company that was FB before are not', async () => {
    const filling = openHistory({
      store: folder,
      provider: { id: 'csv', url: realData('daily-raw'), settings: { basis: 'raw' } },
      workers: 1,
      clock: () => Date.parse('2021-03-31T00:00:00Z'),
    });
    const { fetched, failures } = await filling.backfill({ tickers: ['FB'], start: '1999-09-29' });
    expect([fetched, failures]).toEqual([1, []]);
    const stored = await rowsIn(store, FB);
    const listed = parseDay('2012-05-18');
    const facebook = stored.filter(({ ts }) => utcDayOf(ts) >= listed);
    const earlier = stored.filter(({ ts }) => utcDayOf(ts) < listed);
    expect([facebook.length, earlier.length]).toEqual([2230, 716]);
    const done = await history.rename('FB', 'META', { start: '2012-05-18', on: ON });
    expect(done).toMatchObject({ bars: 2230, differing: 0, when: 'from 2012-05-18 to 2022-06-08' });
    expect(await rowsIn(store, META)).toEqual(facebook);
    expect(await rowsIn(store, FB)).toEqual(earlier);
    const report = await history.coverage({ tickers: ['META'], end: '2021-03-30', start: '2012-05-18' });
    expect(report.series).toMatchObject([{ ticker: 'META', present: 2230, missing: 0 }]);
  });
});
