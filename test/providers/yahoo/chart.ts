import { type Chart as ReadChart, readChart } from '../../../src/providers/yahoo/chart.ts';

/** A row of a chart: its stamp (ISO 8601) and its close, of which the other prices are made; null: no values. */
export type Row = readonly [stamp: string, close: number | null];

export interface Chart {
  readonly rows?: readonly Row[];
  /** Time of the last trade. Default: the last row's stamp. */
  readonly lastTrade?: string;
  readonly firstTrade?: string | null;
  readonly zone?: string;
  readonly splits?: readonly (readonly [date: string, numerator: number, denominator: number])[];
  readonly type?: string;
  readonly symbol?: string;
  /** Of every row with prices. Default 1200. */
  readonly volume?: number | null;
}

const seconds = (stamp: string): number => Date.parse(stamp) / 1000;

/** The body of a chart answer as Yahoo sends it. */
export function chartBody(chart: Chart): string {
  const { rows = [], lastTrade = rows.at(-1)?.[0] ?? '2025-02-03T21:00:00Z', splits = [] } = chart;
  const { volume = 1200 } = chart;
  const column = (of: (close: number) => number): (number | null)[] =>
    rows.map(([, close]) => (close === null ? null : of(close)));
  const period = { timezone: 'EST', start: 0, end: 1, gmtoffset: 0 };
  const result = {
    meta: {
      currency: 'USD',
      symbol: chart.symbol ?? 'AAPL',
      exchangeName: 'NMS',
      instrumentType: chart.type ?? 'EQUITY',
      firstTradeDate: chart.firstTrade === null ? null : seconds(chart.firstTrade ?? '1980-12-12T14:30Z'),
      regularMarketTime: seconds(lastTrade),
      gmtoffset: 0,
      timezone: 'EST',
      exchangeTimezoneName: chart.zone ?? 'America/New_York',
      regularMarketPrice: 1,
      chartPreviousClose: 1,
      priceHint: 2,
      currentTradingPeriod: { pre: period, regular: period, post: period },
      dataGranularity: '',
      range: '',
      validRanges: ['1d', 'max'],
    },
    ...(rows.length > 0 && { timestamp: rows.map(([stamp]) => seconds(stamp)) }),
    ...(splits.length > 0 && {
      events: {
        splits: Object.fromEntries(
          splits.map(([date, numerator, denominator]) => [
            String(seconds(date)),
            { date: seconds(date), numerator, denominator, splitRatio: `${numerator}:${denominator}` },
          ]),
        ),
      },
    }),
    indicators: {
      quote: [
        rows.length === 0
          ? {}
          : {
              open: column((close) => close),
              high: column((close) => close + 1),
              low: column((close) => close - 1),
              close: column((close) => close),
              volume: rows.map(([, close]) => (close === null ? null : volume)),
            },
      ],
    },
  };
  return JSON.stringify({ chart: { result: [result], error: null } });
}

/** A chart as the client hands it over. */
export function chartResult(chart: Chart): ReadChart {
  return readChart(chartBody(chart), chart.symbol ?? 'AAPL');
}
