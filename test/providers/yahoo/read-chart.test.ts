import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, utcDayOf } from '../../../src/core/session/day.ts';
import { readChart } from '../../../src/providers/yahoo/chart.ts';
import { type Chart, chartBody, type Row } from './chart.ts';
import { type Asked, fetchFrom, stopServing } from './serving.ts';

afterEach(stopServing);

interface Result {
  readonly meta: Record<string, unknown>;
  timestamp?: unknown;
  indicators?: { quote: Record<string, unknown[] | null>[] };
  [other: string]: unknown;
}

const ROWS: readonly Row[] = [
  ['2025-01-13T14:30:00Z', 10],
  ['2025-01-14T14:30:00Z', 11],
  ['2025-01-15T14:30:00Z', 12],
];
const ASKED: Asked = { ticker: 'AAPL', range: ['2025-01-13', '2025-01-15'], now: '2025-01-16T12:00:00Z' };

/** The body of an answer whose result was changed. */
function changed(change: (result: Result) => void, chart: Chart = { rows: ROWS }): string {
  const answer = JSON.parse(chartBody(chart)) as { chart: { result: [Result] } };
  change(answer.chart.result[0]);
  return JSON.stringify(answer);
}

const quoteOf = ({ indicators }: Result): Record<string, unknown[] | null> => indicators?.quote[0] ?? {};
const answerTo = async (body: string, asked: Partial<Asked> = {}) =>
  (await fetchFrom(() => ({ body }), { ...ASKED, ...asked })).answer;

/** Everything of `meta` that no bar is made of. */
const INDIFFERENT = [
  ...['longName', 'shortName', 'fullExchangeName', 'priceHint', 'validRanges', 'range', 'gmtoffset'],
  ...['currentTradingPeriod', 'regularMarketPrice', 'chartPreviousClose', 'timezone', 'tradingPeriods'],
];
const UNTOLD = ['currency', 'exchangeName', 'instrumentType', 'firstTradeDate', 'regularMarketTime'];

describe('a field of an answer', () => {
  it.each([...INDIFFERENT, ...UNTOLD, 'dataGranularity'])('meta.%s may be missing or null', async (name) => {
    const whole = (await answerTo(chartBody({ rows: ROWS }))).bars;
    const without = await answerTo(changed(({ meta }) => void delete meta[name]));
    expect(without.bars).toEqual(whole);
    expect((await answerTo(changed(({ meta }) => void (meta[name] = null)))).bars).toEqual(whole);
  });

  it('of which nothing is read may be anything', async () => {
    const body = changed((result) => {
      for (const name of INDIFFERENT) result.meta[name] = [{ any: 'thing' }];
      Object.assign(result, { comparisons: 7, indicators: { ...result.indicators, adjclose: 'none' } });
    });
    expect((await answerTo(body)).bars).toHaveLength(3);
  });

  it('says nothing of the instrument where it is not told', async () => {
    const body = changed(({ meta }) => UNTOLD.forEach((name) => delete meta[name]));
    const { identity, ...answer } = await answerTo(body);
    expect(identity).toEqual({ currency: null, exchange: null, type: null, firstTrade: null });
    expect(answer).not.toHaveProperty('lastTrade');
  });

  it.each<[string, (result: Result) => void, string]>([
    ['no symbol', ({ meta }) => delete meta['symbol'], 'its meta.symbol is missing'],
    ['no zone', ({ meta }) => (meta['exchangeTimezoneName'] = null), 'its meta.exchangeTimezoneName is null'],
    ['a currency of digits', ({ meta }) => (meta['currency'] = 840), 'its meta.currency is 840'],
    [
      'a first trade in milliseconds',
      ({ meta }) => (meta['firstTradeDate'] = 345_479_400_000),
      'its meta.firstTradeDate is 345479400000, which is not in seconds',
    ],
    ['a last trade as text', ({ meta }) => (meta['regularMarketTime'] = 'now'), 'regularMarketTime is "now"'],
    ['a stamp of nothing', (result) => (result.timestamp = [1, null, 3]), 'its timestamp[1] is null'],
    ['stamps that are no list', (result) => (result.timestamp = 'none'), 'its timestamp is "none"'],
    ['no indicators', (result) => delete result['indicators'], 'its indicators.quote is missing'],
    ['no close', (result) => delete quoteOf(result)['close'], 'its close is missing, which is no list'],
    ['prices as text', (result) => (quoteOf(result)['close'] = [1, '2', 3]), 'its close[1] is "2"'],
    ['volumes as text', (result) => (quoteOf(result)['volume'] = [1, 2, '3']), 'its volume[2] is "3"'],
  ])('that is read is refused by its name and value: %s', (_, change, message) => {
    const read = (): unknown => readChart(changed(change), 'AAPL');
    expect(read).toThrow(`Yahoo's answer for AAPL is no chart: `);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: 'bad-answer', retryable: true }));
  });

  it('names a zone that does not exist where the calendar has none of its own', async () => {
    const body = changed(({ meta }) => {
      Object.assign(meta, { exchangeTimezoneName: 'Mars/Olympus', symbol: 'AAPL.XX' });
    });
    const answer = answerTo(body, { ticker: 'AAPL.XX' });
    await expect(answer).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
    await expect(answer).rejects.toThrow('"Mars/Olympus", which is no time zone');
  });

  it.each([
    ['', 'it does not parse'],
    ['{"chart":{"result":[],"error":null}}', 'it has no result'],
    ['{"chart":{"result":null,"error":{"code":"Internal"}}}', 'but the error {"code":"Internal"}'],
  ])('of %j: no chart', (body, message) => {
    expect(() => readChart(body, 'AAPL')).toThrow(message);
  });
});

describe('the lists of an answer', () => {
  it.each<[string, (result: Result) => void]>([
    ['a stamp too few', (result) => (result.timestamp as unknown[]).splice(1, 1)],
    ['a stamp too many', (result) => (result.timestamp as unknown[]).push(1_737_124_200)],
    ['no stamps', (result) => delete result.timestamp],
    ...['open', 'high', 'low', 'close', 'volume'].flatMap((name): [string, (result: Result) => void][] => [
      [`an ${name} too few`, (result) => quoteOf(result)[name]?.splice(1, 1)],
      [`an ${name} too many`, (result) => quoteOf(result)[name]?.push(1)],
      [`not one ${name}`, (result) => quoteOf(result)[name]?.splice(0)],
    ]),
  ])('are refused where they are not as long: %s', async (_, change) => {
    const answer = answerTo(changed(change));
    await expect(answer).rejects.toMatchObject({ code: 'bad-answer', retryable: true });
    await expect(answer).rejects.toThrow(/it has \d stamps and \d values of/);
  });

  it('may lack the volumes: nobody knows them', async () => {
    const change = (result: Result): unknown => delete quoteOf(result)['volume'];
    expect((await answerTo(changed(change))).bars.map(({ volume }) => volume)).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    const index = await answerTo(changed(change, { rows: ROWS, type: 'INDEX' }));
    expect(index.bars.map(({ volume }) => volume)).toEqual([0, 0, 0]);
  });

  it('are asked for again when they are not as long', async () => {
    const bad = changed((result) => (result.timestamp as unknown[]).splice(1, 1));
    const reply = (_: URL, count: number) => ({ body: count < 3 ? bad : chartBody({ rows: ROWS }) });
    const { answer, asked } = await fetchFrom(reply, ASKED);
    expect((await answer).bars).toHaveLength(3);
    expect(asked).toHaveLength(3);
  });
});

describe('an answer that does not tell the last trade', () => {
  const untold = (rows: readonly Row[]): string =>
    changed(({ meta }) => (meta['regularMarketTime'] = null), { rows });
  const days = async (body: string, asked: Partial<Asked>) =>
    (await answerTo(body, asked)).bars.map(({ ts }) => formatDay(utcDayOf(ts)));

  it('has a live row at its end, if that is not stamped with the open of its session', async () => {
    const live = untold([...ROWS, ['2025-01-16T17:12:00Z', 13]]);
    expect(await days(live, { now: '2025-01-16T17:12:10Z' })).toEqual([
      '2025-01-13',
      '2025-01-14',
      '2025-01-15',
    ]);
    // Of what is settled for days every row is final, however old the hours of its stamp.
    const old = untold([['2025-01-13T15:00:00Z', 10]]);
    expect(await days(old, {})).toEqual(['2025-01-13']);
  });

  it('has no other live row', async () => {
    const late = untold([...ROWS.slice(0, 2), ['2025-01-15T15:00:00Z', 12], ['2025-01-16T17:12:00Z', 13]]);
    expect(await days(late, { now: '2025-01-16T17:12:10Z' })).toContain('2025-01-15');
  });

  it('proves no bar of an open session to be whole', async () => {
    const rows: readonly Row[] = [
      ['2025-01-15T20:30:00Z', 10],
      ['2025-01-16T14:30:00Z', 11],
    ];
    const asked: Partial<Asked> = { interval: '1h', now: '2025-01-16T17:12:10Z' };
    const body = changed(({ meta }) => Object.assign(meta, { regularMarketTime: null }), { rows });
    expect(await days(body, { ...asked, range: ['2025-01-15', '2025-01-16'] })).toEqual(['2025-01-15']);
  });
});
