import { describe, expect, it } from 'vitest';
import { type Ohlcv, isSplit } from '../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { inRows } from '../providers/rows.ts';
import { beginEmpty, now, store } from './store-at.ts';
import { type Alter, barsOf, run, sample, scaled, values, vendor } from './vendor.ts';

beginEmpty();

describe('a split-adjusted answer', () => {
  /** The sample market as a vendor that adjusts for splits and then turns its prices back with those that it mentions. */
  const adjusted =
    (mentions: (exDay: number) => boolean): Alter =>
    (answer) => {
      const hidden = answer.actions.filter(isSplit).filter(({ exDay }) => !mentions(exDay));
      const shares = (bar: Ohlcv): number =>
        hidden.reduce((all, { exDay, ratio }) => (bar.ts / MS_PER_DAY < exDay ? all * ratio : all), 1);
      return {
        ...answer,
        wireBasis: 'split-adjusted',
        actions: answer.actions.filter((action) => !hidden.some((split) => split === action)),
        bars: answer.bars.map((bar) => scaled(bar, 1 / shares(bar))),
      };
    };
  const RANGE = { tickers: ['CORV'], start: '2022-06-01', end: '2022-08-31' };
  const split = parseDay('2022-07-18');

  it('that leaves out a split which the store knows is refused, and asked for again', async () => {
    await run(vendor(adjusted(() => true)), RANGE);
    await store.forget(
      { ticker: 'CORV', interval: '1d' },
      { from: parseDay('2022-07-01'), to: parseDay('2022-07-10') },
    );
    const silent = vendor(adjusted((exDay) => exDay !== split));
    const { failures } = await run(silent, RANGE);
    expect(failures).toMatchObject([
      { code: 'basis-unknown', message: expect.stringContaining('2:1 of 2022-07-18') },
    ]);
    expect(silent.asked).toHaveLength(3);
    const moody = vendor((answer, request, asked) =>
      adjusted((exDay) => asked > 1 || exDay !== split)(answer, request, asked),
    );
    expect(await run(moody, RANGE)).toMatchObject({ failed: 0, inserted: 5 });
  });

  it('that mentions a split which stored prices were turned back without heals the whole series', async () => {
    await run(vendor(adjusted((exDay) => exDay !== split)), RANGE);
    const wrong = await barsOf('CORV');
    const healed = await run(vendor(adjusted(() => true)), { ...RANGE, end: '2022-09-09' });
    expect(healed).toMatchObject({ failed: 0 });
    const truth = await inRows(sample).fetchBars({
      ...{ series: { ticker: 'CORV', interval: '1d' }, now },
      range: { from: parseDay('2022-06-01'), to: parseDay('2022-09-10') },
    });
    expect(values(await barsOf('CORV'))).toEqual(values(truth.bars));
    expect(values(wrong)).not.toEqual(values(truth.bars.slice(0, wrong.length)));
  });
});
