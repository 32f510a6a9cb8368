import { beforeEach, describe, expect, it } from 'vitest';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { changeActions } from '../../src/library/actions-by-hand.ts';
import { adjustability, readAdjusted } from '../../src/library/adjusted.ts';
import { contradictedSplitsOf } from '../../src/library/hidden-splits.ts';
import { exportTo } from '../../src/library/export-file.ts';
import type { AdjustOptions } from '../../src/library/read-options.ts';
import { AAPL, at, coverage, daily, days, NOON, update } from '../store/fixtures.ts';
import { engineOf } from './engine-of.ts';
import { tellActions } from '../store/told-actions.ts';
import { beginAnswered, answered, closes, dividend, split, store } from './answered-week.ts';

beginAnswered();

describe('an adjusted read', () => {
  it('is of the basis that is asked for, as traded by default', async () => {
    await answered([split, dividend]);
    expect(await closes({})).toEqual([100, 100, 100, 100, 100]);
    expect(await closes({ adjust: 'splits' })).toEqual([50, 50, 100, 100, 100]);
    expect(await closes({ adjust: 'all' })).toEqual([45, 45, 90, 90, 100]);
  });

  it('leaves out what came after the as-of date, which is inclusive', async () => {
    await answered([split, dividend]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-26' })).toEqual([50, 50, 100, 100]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-25' })).toEqual([50, 50, 100]);
    expect(await closes({ adjust: 'none', asOf: '2026-02-24' })).toEqual([100, 100]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-20' })).toEqual([]);
  });

  it('of a range has the values of the whole', async () => {
    await answered([split, dividend]);
    expect(await closes({ adjust: 'all', start: '2026-02-24', end: '2026-02-25' })).toEqual([45, 90]);
    expect(await closes({ adjust: 'all', start: '2026-03-02' })).toEqual([]);
  });

  it('of a series without any bar is refused, however it is asked for; a range without one has none', async () => {
    for (const options of [{}, { adjust: 'all' }, { asOf: '2026-02-24' }, { start: '2026-02-24' }] as const)
      await expect(readAdjusted(store, { ticker: 'NOPE', interval: '1d' }, options)).rejects.toMatchObject({
        code: 'not-stored',
        ticker: 'NOPE',
        message: 'NOPE 1d is not in the store',
      });
    expect(await closes({ start: '2026-03-02' })).toEqual([]);
  });

  it('refuses where nobody answered for splits and dividends, and says what to run', async () => {
    await expect(closes({ adjust: 'splits' })).rejects.toMatchObject({
      code: 'basis-unknown',
      ticker: 'AAPL',
      message:
        'AAPL 1d cannot be adjusted: nobody has answered for its splits and dividends of 2026-02-24..2026-02-27; run backfill --provider sample --tickers AAPL --start 2026-02-24 --end 2026-02-27',
    });
    await answered([], '2026-02-20', '2026-02-26');
    await expect(closes({ adjust: 'all' })).rejects.toThrow('of 2026-02-26..2026-02-27;');
    expect(await closes({ adjust: 'all', asOf: '2026-02-25' })).toHaveLength(3);
    expect(await closes({ adjust: 'none' })).toHaveLength(5);
  });

  it.each([
    [
      'csv',
      "list them in the folder's actions.csv, its header alone if there are none, and run backfill --provider csv --provider-url csv=FOLDER --basis BASIS --tickers AAPL --start 2026-02-24 --end 2026-03-02, FOLDER being that of its files and BASIS what their prices are (raw or split-adjusted)",
    ],
    ['polygon/flat', 'run backfill --provider polygon --tickers AAPL --start 2026-02-24 --end 2026-03-02'],
    [
      'own',
      'run backfill --provider FILE --tickers AAPL --start 2026-02-24 --end 2026-03-02, FILE being the module of the provider own',
    ],
  ])('where its last bar is from %s, it says what to run for that', async (source, remedy) => {
    const learned = coverage({ present: [days('2026-03-02', '2026-03-03')] });
    await store.upsert(update([daily('2026-03-02', { source })], { learned }));
    await expect(closes({ adjust: 'all' })).rejects.toThrow(`; ${remedy}`);
    const { error } =
      (await adjustability(store, await store.scan(), { adjust: 'all' })).get('AAPL 1d') ?? {};
    expect(error?.message.endsWith(`; ${remedy}`)).toBe(true);
  });

  it('needs no ex-dates before its own first session', async () => {
    await answered([], '2026-02-26', '2026-02-28');
    expect(await closes({ adjust: 'all', start: '2026-02-25' })).toHaveLength(3);
    await expect(closes({ adjust: 'all', start: '2026-02-24' })).rejects.toThrow('2026-02-25..2026-02-25');
  });

  it('refuses where the close before a dividend is missing, but not for splits', async () => {
    await answered([dividend]);
    await store.forget(AAPL, days('2026-02-26', '2026-02-27'));
    await expect(closes({ adjust: 'all' })).rejects.toThrow(
      'the close of 2026-02-26, before a dividend, is missing; run backfill --provider sample --tickers AAPL --start 2026-02-26 --end 2026-02-26',
    );
    expect(await closes({ adjust: 'splits' })).toHaveLength(4);
  });

  describe('with a split that the stored prices contradict', () => {
    const hidden: CorporateAction = { kind: 'split', exDay: parseDay('2026-02-26'), ratio: 4 };
    const message =
      'AAPL 1d cannot be adjusted: its bars around 2026-02-26 do not show the split 4:1 of that day; if it never was, ' +
      'backfill actions AAPL --withdraw 2026-02-26,split, else ' +
      'run backfill --provider sample --no-gaps --tickers AAPL --start 2026-02-23 --end 2026-02-27';
    beforeEach(() => answered([split, hidden]));

    it.each([{}, { asOf: '2026-02-26' }, { end: '2026-02-24' }, { start: '2026-02-25' }])(
      'is refused while that is in its reach: %o',
      async (options) => {
        for (const adjust of ['splits', 'all'] as const)
          await expect(closes({ adjust, ...options })).rejects.toMatchObject({
            ...{ code: 'basis-unknown', ticker: 'AAPL', message },
          });
      },
    );

    it('is none the worse for it else', async () => {
      expect(await closes({})).toHaveLength(5);
      expect(await closes({ adjust: 'splits', asOf: '2026-02-25' })).toEqual([50, 50, 100]);
      expect(await closes({ adjust: 'splits', start: '2026-02-26' })).toEqual([100, 100]);
    });

    it('is judged by the bars of its own interval', async () => {
      const series = { ticker: 'AAPL', interval: '5m' } as const;
      const stamps = ['2026-02-25T20:55Z', '2026-02-26T14:30Z'];
      const bars = stamps.map((stamp, i) => {
        const close = i === 0 ? 100 : 25;
        return at(stamp, { open: close, high: close, low: close, close });
      });
      const learned = coverage({ present: [days('2026-02-25', '2026-02-27')] });
      await store.upsert(update(bars, { series, learned }));
      const read = await readAdjusted(store, series, { adjust: 'splits' });
      expect(read.map(({ close }) => close)).toEqual([25, 25]);
      expect(await contradictedSplitsOf(store, 'AAPL')).toEqual([message]);
    });
  });

  it('is refused where prices show another ratio than the split told, unless it was entered by hand', async () => {
    const told: CorporateAction = { kind: 'split', exDay: parseDay('2026-02-26'), ratio: 5 };
    await answered([told]);
    const halved = ['2026-02-26', '2026-02-27'].map((date) =>
      daily(date, { open: 50, high: 50, low: 50, close: 50, fetchedAt: NOON + 1 }),
    );
    await store.upsert(
      update(halved, { learned: coverage({ present: [days('2026-02-26', '2026-02-28')] }) }),
    );
    const message =
      'its bars around 2026-02-26 show a split of 2:1, not the 5:1 of that day; correct it where';
    await expect(closes({ adjust: 'splits' })).rejects.toMatchObject({
      code: 'basis-unknown',
      ticker: 'AAPL',
    });
    await expect(closes({ adjust: 'splits' })).rejects.toThrow(message);
    expect(await contradictedSplitsOf(store, 'AAPL')).toMatchObject([expect.stringContaining(message)]);
    const on = '2026-02-26,split';
    await changeActions(engineOf(store), 'AAPL', { withdraw: on, add: `${on},5:1` }, NOON);
    expect((await closes({ adjust: 'splits' })).slice(2)).toEqual([20, 50, 50]);
  });

  it('is refused where prices show the inverse of the ratio that was told', async () => {
    await answered([{ kind: 'split', exDay: parseDay('2026-02-26'), ratio: 1 / 7 }]);
    const after = ['2026-02-26', '2026-02-27'].map((date) =>
      daily(date, { open: 14.5, high: 14.5, low: 14.5, close: 14.5, fetchedAt: NOON + 1 }),
    );
    await store.upsert(update(after, { learned: coverage({ present: [days('2026-02-26', '2026-02-28')] }) }));
    await expect(closes({ adjust: 'splits' })).rejects.toThrow(
      'its bars around 2026-02-26 show a split of 7:1, not the 1:7 of that day; correct it where',
    );
  });

  it('is not refused for a split that is too small to show', async () => {
    await answered([{ ...split, exDay: parseDay('2026-02-26'), ratio: 1.25 }]);
    expect(await closes({ adjust: 'splits' })).toEqual([80, 80, 80, 100, 100]);
    expect(await contradictedSplitsOf(store, 'AAPL')).toEqual([]);
  });

  it('refuses a dividend that is not below the close', async () => {
    await answered([{ ...dividend, amount: 100 }]);
    await expect(closes({ adjust: 'all' })).rejects.toThrow(
      'the dividend of 100 on 2026-02-27 is not below the close before it, 100',
    );
    expect(await closes({ adjust: 'all', start: '2026-02-27' })).toEqual([100]);
  });

  it('of intraday bars reads partition by partition, with closes of an earlier one', async () => {
    const series = { ticker: 'AAPL', interval: '5m' } as const;
    const stamps = ['2025-12-31T20:50Z', '2025-12-31T20:55Z', '2026-01-02T14:30Z'];
    const learned = coverage({ present: [days('2025-12-31', '2026-01-03')] });
    const bars = stamps.map((stamp, i) => at(stamp, { close: [80, 100, 90][i] ?? 0 }));
    await store.upsert(update(bars, { series, learned }));
    await tellActions(
      store,
      'AAPL',
      [{ ...dividend, exDay: parseDay('2026-01-02') }],
      days('2025-12-01', '2026-01-03'),
      'sample',
      NOON,
    );
    const read = await readAdjusted(store, series, { adjust: 'all' });
    expect(read.map(({ close }) => close)).toEqual([72, 90, 90]);
  });

  it('of intraday bars takes the daily close where its own session before a dividend is missing', async () => {
    const series = { ticker: 'AAPL', interval: '5m' } as const;
    const learned = coverage({
      present: [days('2026-02-24', '2026-02-26'), days('2026-02-27', '2026-02-28')],
    });
    const stamps = ['2026-02-24T20:55Z', '2026-02-25T20:55Z', '2026-02-27T14:30Z'];
    await store.upsert(
      update(
        stamps.map((stamp, i) => at(stamp, { close: 40, ...(i === 1 && { open: 20, low: 20 }) })),
        { series, learned },
      ),
    );
    // Before this one it has a session of its own, which counts.
    await answered([split, dividend, { ...dividend, exDay: parseDay('2026-02-26'), amount: 4 }]);
    const read = async (): Promise<number[]> =>
      (await readAdjusted(store, series, { adjust: 'all' })).map(({ close }) => Number(close.toPrecision(6)));
    expect(await read()).toEqual([16.2, 32.4, 40]);
    await store.forget(AAPL, days('2026-02-26', '2026-02-27'));
    await expect(read()).rejects.toThrow(
      'AAPL 5m cannot be adjusted: the close of 2026-02-26, before a dividend, is missing; run backfill --provider sample --tickers AAPL --start 2026-02-26 --end 2026-02-26',
    );
  });

  it('refuses a dividend in another currency, but not for splits', async () => {
    await answered([split, { ...dividend, currency: 'USD' }]);
    await expect(closes({ adjust: 'all' })).rejects.toMatchObject({
      code: 'basis-unknown',
      message:
        'AAPL 1d cannot be adjusted: the dividend of 10 on 2026-02-27 is in USD, not in the currency of the price; say what it is there: backfill actions AAPL --add 2026-02-27,dividend,AMOUNT, or adjust for splits alone',
    });
    expect(await closes({ adjust: 'splits' })).toEqual([50, 50, 100, 100, 100]);
    expect(await closes({ adjust: 'all', asOf: '2026-02-26' })).toEqual([50, 50, 100, 100]);
  });

  it('says of a dividend that the prices contradict that they do', async () => {
    await answered([split, { ...dividend, amount: 30 }]);
    const lines: string[] = [];
    const exported = await exportTo(store, ['AAPL'], {
      adjust: 'all',
      to: async (text) => void lines.push(text),
    });
    expect(exported).toMatchObject({ rows: 5, failures: [] });
    expect(exported.doubts).toEqual([
      'AAPL 1d 2026-02-27: the dividend of 30 is 30 % of the price, and open 100 after a close of 100 does not show it',
    ]);
    const splitsOnly = await exportTo(store, ['AAPL'], { adjust: 'splits', to: async () => undefined });
    expect(splitsOnly.doubts).toEqual([]);
  });

  it('refuses a basis and dates that there are not', async () => {
    await expect(closes({ adjust: 'some' as 'all' })).rejects.toMatchObject({ code: 'usage' });
    await expect(closes({ asOf: 'today' })).rejects.toMatchObject({ code: 'invalid-date' });
  });
});

describe('the list of what cannot be adjusted', () => {
  it('names the series, and is empty for bars as traded', async () => {
    const scan = await store.scan();
    const unadjustable = async (options: AdjustOptions): Promise<string[]> =>
      [...(await adjustability(store, scan, options))].flatMap(([key, { error }]) => (error ? [key] : []));
    expect(await unadjustable({ adjust: 'all' })).toEqual(['AAPL 1d']);
    expect(await unadjustable({ adjust: 'none' })).toEqual([]);
  });
});
