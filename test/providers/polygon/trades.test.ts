import { afterEach, describe, expect, it } from 'vitest';
import { barAt } from '../../../src/core/bars/columns.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { countsOf, stands } from '../../../src/providers/polygon/flat/sale-conditions.ts';
import type { BarAnswer, Provider } from '../../../src/providers/provider.ts';
import { capabilitiesOf } from '../../../src/providers/registry.ts';
import { filesThatAnswer, packed, stopFiles } from './flat-serving.ts';

afterEach(stopFiles);

const HEADING =
  'ticker,conditions,correction,exchange,id,participant_timestamp,price,sequence_number,sip_timestamp,size,tape,trf_id,trf_timestamp';

const DATE = '2026-11-19';
const NOW = Date.parse('2026-11-20T20:00:00Z');

interface Trade {
  readonly ticker?: string;
  readonly conditions?: string;
  readonly correction?: string;
  /** In New York, with parts of a second. */
  readonly made?: string;
  readonly reported?: string;
  readonly price: number | string;
  readonly size?: number | string;
  readonly sequence?: number;
}

/** Of the winter, five hours behind UTC. */
function inNs(time: string): string {
  const [clock = '', part = ''] = time.split('.');
  return `${Date.parse(`${DATE}T${clock}Z`) / 1000 + 5 * 3600}${part.padEnd(9, '0')}`;
}

function line(trade: Trade): string {
  const { ticker = 'AAPL', conditions = '', correction = '0', price, size = 100, sequence = 1 } = trade;
  const made = trade.made ?? '10:00:05';
  const reported = trade.reported ?? made;
  const listed = conditions.includes(',') ? `"${conditions}"` : conditions;
  return [
    ...[ticker, listed, correction, 4, 52983525159748, inNs(made), price, sequence],
    ...[inNs(reported), size, 1, 201, inNs(reported)],
  ].join(',');
}

async function served(trades: readonly (Trade | string)[], heading = HEADING) {
  const lines = trades.map((one) => (typeof one === 'string' ? one : line(one)));
  return filesThatAnswer(() => ({ body: packed(lines, heading) }), undefined, 'trades');
}

function minutesOf(provider: Provider, ticker = 'AAPL'): Promise<BarAnswer> {
  const from = parseDay(DATE);
  return provider.fetchBars({ series: { ticker, interval: '1m' }, range: { from, to: from + 1 }, now: NOW });
}

/** Minute in New York, open, high, low, close, volume, trades. */
async function barsOf(trades: readonly (Trade | string)[]): Promise<(string | number | null)[][]> {
  const { provider } = await served(trades);
  const { bars } = await minutesOf(provider);
  return Array.from({ length: bars.length }, (_, i) => {
    const { ts, open, high, low, close, volume, vwap, trades: number } = barAt(bars, i);
    expect(vwap).toBeNull();
    const minute = new Date(ts - 5 * 3_600_000).toISOString().slice(11, 16);
    return [minute, open, high, low, close, volume, number];
  });
}

describe('minutes of trades', () => {
  it('have the first, highest, lowest and last price, and what was traded', async () => {
    const { provider, asked } = await served([{ price: 10 }]);
    await minutesOf(provider);
    expect(asked.map(({ key }) => key)).toEqual(['us_stocks_sip/trades_v1/2026/11/2026-11-19.csv.gz']);
    expect(
      await barsOf([
        { made: '10:00:00', price: 10, size: 5 },
        { made: '10:00:30', price: 12.5, size: '0.25' },
        { made: '10:00:31', price: 9, conditions: '14,41', size: 100 },
        { made: '10:00:59.999999999', price: 11, size: 1 },
        { made: '10:01:00', price: 13, size: 1 },
      ]),
    ).toEqual([
      ['10:00', 10, 12.5, 9, 11, 106.25, 4],
      ['10:01', 13, 13, 13, 13, 1, 1],
    ]);
  });

  it('are those in which a trade was made, in the order in which they were, however late it was reported', async () => {
    expect(
      await barsOf([
        { made: '10:00:02.000000001', price: 3, sequence: 1 },
        { made: '10:00:02', price: 1, sequence: 8, reported: '10:14:00' },
        { made: '10:00:02', price: 2, sequence: 7 },
        { made: '10:00:50', price: 5, sequence: 12 },
        { made: '10:00:50', price: 6, sequence: 11 },
      ]),
    ).toEqual([['10:00', 2, 6, 1, 5, 500, 5]]);
    // Of one that does not tell when it was made, the report says.
    const untold = line({ price: 4, reported: '10:03:00' }).replace(inNs('10:00:05'), '0');
    expect(await barsOf([untold])).toEqual([['10:03', 4, 4, 4, 4, 100, 1]]);
  });

  it('count each trade for what its conditions leave to it', async () => {
    expect(
      await barsOf([
        { made: '10:00:00', price: 99, conditions: '37', size: 3 },
        { made: '10:00:01', price: 10 },
        { made: '10:00:02', price: 14, conditions: '10', size: 20 },
        { made: '10:00:03', price: 90, conditions: '14,37,41', size: 4 },
        { made: '10:00:04', price: 91, conditions: '15', size: 5000 },
        { made: '10:00:05', price: 92, conditions: '2', size: 30 },
        { made: '10:00:06', price: 93, conditions: '12', size: 40 },
        { made: '10:00:07', price: 9, conditions: '22' },
      ]),
    ).toEqual([['10:00', 10, 14, 9, 10, 297, 7]]);
  });

  it('begin and end with trades out of order where there are no others, and have no bar where none gives a price', async () => {
    expect(
      await barsOf([
        { made: '10:00:01', price: 7, conditions: '10' },
        { made: '10:00:02', price: 8, conditions: '33' },
        { made: '10:01:00', price: 50, conditions: '37' },
      ]),
    ).toEqual([['10:00', 7, 8, 7, 8, 200, 2]]);
  });

  it('leave out what was cancelled, in error, or corrected, and take what it was corrected to', async () => {
    expect(
      await barsOf([
        { price: 10, correction: '1' },
        { price: 50, correction: '12' },
        ...['7', '8', '10', '11'].map((correction) => ({ price: 60, correction })),
        { price: 11, correction: '', made: '10:00:06' },
      ]),
    ).toEqual([['10:00', 10, 11, 10, 11, 200, 2]]);
  });

  it('are those of the session', async () => {
    expect(
      (
        await barsOf([
          { made: '09:29:59', price: 1, conditions: '12' },
          { made: '09:30:00', price: 2 },
          { made: '15:59:59.999', price: 3 },
          { made: '16:00:00', price: 4, conditions: '8' },
          { made: '19:59:59', price: 5, conditions: '12' },
        ])
      ).map(([minute]) => minute),
    ).toEqual(['09:30', '15:59']);
  });

  it('are of no use where a trade has a condition or a correction that no rule is known for', async () => {
    const { provider } = await served([
      { made: '10:00:00', price: 10 },
      { made: '10:00:01', price: 11, conditions: '99' },
      { made: '10:01:00', price: 12 },
      { made: '10:02:00', price: 13, correction: '5' },
    ]);
    const { bars, unusable } = await minutesOf(provider);
    expect([...bars.close]).toEqual([12]);
    expect(unusable.map(({ reason, row }) => [reason, (row as { high: number }).high])).toEqual([
      ['its open and close are missing', 11],
      ['its open and close are missing', 13],
    ]);
  });

  it('of all shares come of one file, those without a price left out', async () => {
    const { provider, asked } = await served([
      { ticker: 'A', price: 1 },
      { ticker: 'A', price: 2, made: '10:00:07' },
      { ticker: 'AA', price: 3, conditions: '37' },
      { ticker: 'BRK.B', price: 4 },
    ]);
    const session = parseDay(DATE);
    const answer = await provider.fetchMarket?.({ interval: '1m', session, now: NOW });
    const closes = answer?.parts.map((part) => [
      part.ticker,
      'answer' in part && [...part.answer.bars.close],
    ]);
    expect(closes).toEqual([
      ['A', [2]],
      ['BRK-B', [4]],
    ]);
    expect(asked).toHaveLength(1);
  });

  it('take sizes in parts of a share where a file has them, and lists in brackets', async () => {
    const lines = [
      `${line({ price: 10, size: 1 })},0.375`,
      `${line({ price: 11, size: 7, made: '10:00:06' })},`,
    ];
    const bracketed = line({ price: 20, made: '10:00:07', conditions: '12,37' }).replace('12,37', '[12,37]');
    const { provider } = await served([...lines, `${bracketed},2`], `${HEADING},decimal_size`);
    const { bars } = await minutesOf(provider);
    expect([bars.high[0], bars.volume[0]]).toEqual([11, 9.375]);
  });

  it.each<readonly [string, readonly (Trade | string)[], RegExp]>([
    ['a price that is none', [{ price: 'x' }], /2026-11-19\.csv\.gz has the price "x" of AAPL/],
    ['a price below nothing', [{ price: -1 }], /has the price "-1" of AAPL/],
    ['no size', [{ price: 1, size: '' }], /has the size "" of AAPL/],
    ['no time', [line({ price: 1 }).replaceAll(/\b17\d{17}\b/g, '')], /has the time "" of AAPL/],
    ['too few cells', ['AAPL,,0'], /has the row "AAPL,,0"/],
    ['a quote that does not end', ['AAPL,"12,0,4,1,1,1,1,1,1,1,1,1'], /has the row/],
    [
      'the trades of a ticker in two places',
      [{ price: 1 }, { ticker: 'B', price: 1 }, { price: 1 }],
      /trades of AAPL in more than one place/,
    ],
  ])('are refused of a file with %s', async (_, trades, message) => {
    const { provider } = await served(trades);
    const session = parseDay(DATE);
    await expect(provider.fetchMarket?.({ interval: '1m', session, now: NOW })).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringMatching(message),
      retryable: true,
    });
  });

  it('are refused of a file without their sizes', async () => {
    const { provider } = await served([{ price: 1 }], HEADING.replace('size', 'sized'));
    await expect(minutesOf(provider)).rejects.toThrow(/has no column size/);
  });

  it('are refused of a file of another day', async () => {
    const other = line({ price: 1 }).replaceAll(
      /\b1795\d{15}\b/g,
      (ns) => `${BigInt(ns) - 86_400_000_000_000n}`,
    );
    expect(other).not.toBe(line({ price: 1 }));
    const { provider } = await served([other]);
    await expect(minutesOf(provider)).rejects.toThrow(/has a trade of AAPL that is not of 2026-11-19/);
  });
});

describe('the files of trades', () => {
  const capabilities = (tier: string) =>
    capabilitiesOf({ id: 'polygon', settings: { tier, source: 'trades' } });

  it('give minutes of shares, to the plans that have them', () => {
    expect(() => capabilities('starter')).toThrow(
      /the plan starter has no flat files of trades; --tier says/,
    );
    const { intervals, serves } = capabilities('developer');
    expect([Object.keys(intervals), serves]).toEqual([['1m'], ['us-shares']]);
  });
});

describe('a condition', () => {
  it('rules out what another would leave', () => {
    const [all, some] = [countsOf(''), countsOf('10')];
    expect([countsOf('0'), countsOf('14,41'), countsOf('1,28')]).toEqual([all, all, all]);
    expect([countsOf('14,10'), countsOf('10,14')]).toEqual([some, some]);
    expect(countsOf('10,37')).toEqual({ highLow: false, openClose: false, volume: true });
    expect(countsOf('37,15')).toEqual({ highLow: false, openClose: false, volume: false });
    expect([countsOf('14,99'), countsOf('x'), countsOf('14,')]).toEqual([undefined, undefined, undefined]);
  });

  it('counts for what the vendor lists, whichever it is', () => {
    // As its list of conditions has them under `update_rules.consolidated`, but for 38, whose price is of a whole day.
    const openClose = [0, 1, 3, 4, 6, 8, 9, 11, 14, 18, 19, 23, 24, 25, 27, 28, 30, 31, 34, 35, 36, 41, 55];
    const highLow = [...openClose, 5, 10, 17, 22, 32, 33];
    const volume = [...highLow, 2, 7, 12, 13, 20, 21, 29, 37, 52, 53];
    const known = new Set([...volume, 15, 16, 38]);
    for (let number = 0; number < 70; number++)
      expect([number, countsOf(String(number))]).toEqual([
        number,
        known.has(number)
          ? {
              highLow: highLow.includes(number),
              openClose: openClose.includes(number),
              volume: volume.includes(number),
            }
          : undefined,
      ]);
  });

  it('of a correction tells whether a trade stands', () => {
    expect(['0', '00', '1', '01', ''].map(stands)).toEqual([true, true, true, true, true]);
    expect(['7', '08', '10', '11', '12'].map(stands)).toEqual([false, false, false, false, false]);
    expect(['5', 'e'].map(stands)).toEqual([undefined, undefined]);
  });
});
