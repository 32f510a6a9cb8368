import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { changeActions } from '../../../src/library/actions-by-hand.ts';
import { readAdjusted } from '../../../src/library/adjusted.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { engineOf } from '../../library/engine-of.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { type YahooSeries, fillFrom, serveSeries, stopSeries } from '../yahoo-series.ts';
import { rowsIn } from '../../store/rows.ts';

const PARIS = {
  ...{ currency: 'EUR', exchangeName: 'PAR', exchangeTimezoneName: 'Europe/Paris', timezone: 'CET' },
  ...{ gmtoffset: 3600, regularMarketTime: 1_675_182_600 },
};
const OPEN = Date.parse('2022-11-14T08:00:00Z') / 1000;

/** Ten sessions of Paris from 2022-11-14 on; 2022-11-17 is the fourth. */
const ROWS = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11].map((day) => {
  const close = 10 + ((day * 7) % 5) / 10;
  return [OPEN + day * 86_400, close, close + 0.1, close - 0.1, close, 12_000 + day];
});
const THURSDAY = OPEN + 3 * 86_400;
const REQUEST = { tickers: ['TEST.PA'], start: '2022-11-14', end: '2022-11-25' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(async () => {
  await stopSeries();
  await folder.remove();
});

const fill = async (events: Pick<YahooSeries, 'splits' | 'dividends'>, currency = 'EUR') => {
  const url = await serveSeries(() => ({ meta: { ...PARIS, currency }, rows: ROWS, ...events }));
  return fillFrom(url, store, '2022-11-30T12:00:00Z', REQUEST);
};

const TEST = { ticker: 'TEST.PA', interval: '1d' } as const;
const split = (numerator: unknown, denominator: unknown) => ({
  splits: [
    { date: THURSDAY, numerator, denominator, splitRatio: `${String(numerator)}:${String(denominator)}` },
  ],
});
const dividend = (amount: unknown) => ({ dividends: [{ date: THURSDAY, amount }] });

describe('a split or dividend of the wire that cannot be', () => {
  it.each([
    ['a split 1:0', split(1, 0)],
    ['a split 0:1', split(0, 1)],
    ['a split 0:0', split(0, 0)],
    ['a split of a negative number of shares', split(-1, 2)],
    ['a split of nothing', split(null, 1)],
    ['a split in words', split('two', 'one')],
    ['a split without numbers', { splits: [{ date: THURSDAY }] }],
    ['a dividend of 0', dividend(0)],
    ['a negative dividend', dividend(-0.3)],
    ['a dividend of null', dividend(null)],
    ['a dividend in words', dividend('0.3')],
    ['a dividend without an amount', { dividends: [{ date: THURSDAY }] }],
  ])('is named and put aside, and every row is stored: %s', async (_, events) => {
    const summary = await fill(events);
    expect(summary).toMatchObject({ failed: 0, inserted: 10, rejected: 0 });
    expect(summary.warnings).toEqual([
      {
        ...{ ticker: 'TEST.PA', interval: '1d', session: '2022-11-17', kind: 'bad-action' },
        note: expect.stringMatching(/^a (split|dividend) of .+ is none: not applied, in quarantine$/),
      },
    ]);
    expect((await rowsIn(store, TEST)).map(({ close }) => close)).toEqual(ROWS.map((row) => row[4]));
    expect(await store.readActions('TEST.PA')).toEqual([]);
    const { records } = await store.readRejected();
    expect(records).toMatchObject([{ rows: [{ row: { exDate: '2022-11-17' } }] }]);
  });

  it('does not keep a sound one beside it from being applied', async () => {
    const sound = { date: THURSDAY + 86_400, numerator: 2, denominator: 1, splitRatio: '2:1' };
    const { splits } = split(1, 0);
    await fill({ splits: [...splits, sound] });
    expect(await store.readActions('TEST.PA')).toEqual([
      { kind: 'split', exDay: parseDay('2022-11-18'), ratio: 2 },
    ]);
    expect((await rowsIn(store, TEST))[0]?.close).toBe(20);
  });

  it('is kept once, however often it is told', async () => {
    await fill(split(1, 0));
    const again = { ...REQUEST, everything: true };
    const url = await serveSeries(() => ({ meta: PARIS, rows: ROWS, ...split(1, 0) }));
    const summary = await fillFrom(url, store, '2022-12-01T12:00:00Z', again);
    expect(summary.warnings).toMatchObject([{ kind: 'bad-action' }]);
    expect((await store.readRejected()).records).toHaveLength(1);
  });

  it.each([
    [
      split(1, 0),
      /^TEST\.PA 1d cannot be adjusted: a split that was told of it cannot be \(a split of Infinity new/,
    ],
    [
      { splits: [...split(3, 1).splits, ...split(2, 1).splits] },
      /\(another split of the same day has another/,
    ],
  ])('refuses adjusted reads, as the splits of its day are not known', async (events, message) => {
    await fill(events);
    for (const adjust of ['splits', 'all'] as const)
      await expect(readAdjusted(store, TEST, { adjust })).rejects.toMatchObject({
        ...{ code: 'basis-unknown', message: expect.stringMatching(message) },
      });
    await expect(readAdjusted(store, TEST, { adjust: 'splits' })).rejects.toThrow(
      'splits of 2022-11-17 are not known; correct it where',
    );
    expect(await readAdjusted(store, TEST, { adjust: 'none' })).toHaveLength(10);
    expect(await readAdjusted(store, TEST, { adjust: 'splits', start: '2022-11-17' })).toHaveLength(7);
    expect(await readAdjusted(store, TEST, { adjust: 'splits', asOf: '2022-11-16' })).toHaveLength(3);
  });

  it('is known once its source tells another, or none', async () => {
    await fill(split(1, 0));
    const url = await serveSeries(() => ({ meta: PARIS, rows: ROWS }));
    await fillFrom(url, store, '2022-12-01T12:00:00Z', { ...REQUEST, everything: true });
    expect(await readAdjusted(store, TEST, { adjust: 'splits' })).toHaveLength(10);
  });

  it('gives way to what is entered by hand, be it that there was none', async () => {
    await fill(split(1, 0));
    const enter = (ratio: string) =>
      changeActions(
        engineOf(store),
        'TEST.PA',
        { add: `2022-11-17,split,${ratio}` },
        Date.parse('2022-12-01'),
      );
    await enter('2:1');
    await expect(readAdjusted(store, TEST, { adjust: 'splits' })).rejects.toThrow(
      'do not show the split 2:1',
    );
    await enter('1:1');
    const read = async () =>
      (await readAdjusted(store, TEST, { adjust: 'splits' })).map(({ close }) => close);
    expect(await read()).toEqual(ROWS.map((row) => row[4]));
    const url = await serveSeries(() => ({ meta: PARIS, rows: ROWS, ...split(1, 0) }));
    const again = { ...REQUEST, everything: true };
    expect(await fillFrom(url, store, '2022-12-01T12:00:00Z', again)).toMatchObject({ failed: 0 });
    expect(await read()).toEqual(ROWS.map((row) => row[4]));
  });

  it('has days of its own: one that is none, and all of its answer where it has no date', async () => {
    // A Saturday: it takes effect on Monday.
    const saturday = { date: THURSDAY + 2 * 86_400, numerator: 1, denominator: 0, splitRatio: '1:0' };
    await fill({ splits: [saturday] });
    await expect(readAdjusted(store, TEST, { adjust: 'splits' })).rejects.toThrow('2022-11-21');
    expect(await readAdjusted(store, TEST, { adjust: 'splits', asOf: '2022-11-18' })).toHaveLength(5);
  });

  it('that has no date leaves what was known before', async () => {
    await fill({});
    expect(await readAdjusted(store, TEST, { adjust: 'splits' })).toHaveLength(10);
    const undated = { splits: [{ date: null, numerator: 2, denominator: 1, splitRatio: '2:1' }] };
    const url = await serveSeries(() => ({ meta: PARIS, rows: ROWS, ...undated }));
    await fillFrom(url, store, '2022-12-01T12:00:00Z', { ...REQUEST, everything: true });
    expect(await readAdjusted(store, TEST, { adjust: 'splits' })).toHaveLength(10);
  });

  it('is no dividend: where that cannot be, adjusted reads for splits go on', async () => {
    await fill(dividend(-0.3));
    expect(await readAdjusted(store, TEST, { adjust: 'splits' })).toHaveLength(10);
  });

  it('has no date where the wire gives none', async () => {
    const summary = await fill({ splits: [{ date: null, numerator: 2, denominator: 1, splitRatio: '2:1' }] });
    expect(summary).toMatchObject({ failed: 0, inserted: 10 });
    expect(summary.warnings).toMatchObject([{ note: expect.stringContaining('split without an ex-date') }]);
    await expect(readAdjusted(store, TEST, { adjust: 'splits' })).rejects.toThrow(
      'a split that was told of it cannot be (split without an ex-date), so that its splits of 2022-11-15..2022-11-',
    );
  });
});

describe('a dividend of the wire', () => {
  const paid = (amount: number, currency: string) => ({ dividends: [{ date: THURSDAY, amount, currency }] });
  const exDay = parseDay('2022-11-17');

  it.each([
    [0.31, 'GBP', 'GBp', 31],
    [3.1, 'GBp', 'GBP', 0.031],
    [0.31, 'EUR', 'EUR', 0.31],
    [0.31, '', 'EUR', 0.31],
  ])('is in the currency of the price: %s %s on %s is %s', async (amount, currency, price, expected) => {
    await fill(paid(amount, currency), price);
    expect(await store.readActions('TEST.PA')).toEqual([{ kind: 'dividend', exDay, amount: expected }]);
  });

  it('in another currency keeps its own, is named, and makes no factor', async () => {
    const { warnings, inserted } = await fill(paid(0.31, 'USD'), 'GBp');
    expect(inserted).toBe(10);
    expect(warnings).toMatchObject([{ session: '2022-11-17', kind: 'dividend-currency' }]);
    expect(await store.readActions('TEST.PA')).toEqual([
      { kind: 'dividend', exDay, amount: 0.31, currency: 'USD' },
    ]);
    await expect(readAdjusted(store, TEST, { adjust: 'all' })).rejects.toThrow('is in USD');
    expect(await readAdjusted(store, TEST, { adjust: 'splits' })).toHaveLength(10);
  });

  it('that the open of its ex-date contradicts is named, and stored', async () => {
    const { warnings } = await fill(paid(3.1, 'EUR'));
    expect(warnings).toMatchObject([{ session: '2022-11-17', kind: 'dividend-size' }]);
    expect(await store.readActions('TEST.PA')).toHaveLength(1);
  });
});

it('A split of 1 for 1 says nothing', async () => {
  expect((await fill(split(1, 1))).warnings).toEqual([]);
  expect(await store.readActions('TEST.PA')).toEqual([]);
});
