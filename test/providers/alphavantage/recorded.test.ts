import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import expectations from './expected.json' with { type: 'json' };
import { NOW, alphavantageBeside, answerTo, dates } from './serving.ts';

interface ExpectedBars {
  readonly ticker: string;
  readonly interval: Interval;
  readonly from: string;
  readonly to: string;
  readonly bars: number;
  readonly first: readonly [stamp: string, ...values: number[]];
  readonly last: readonly [stamp: string, ...values: number[]];
  readonly since: string;
  readonly mostRows?: number;
  /** How many splits and dividends. */
  readonly actions?: number;
}

/** What is none of the bars that were asked for. */
interface Mistaken
  extends Pick<ExpectedBars, 'ticker'>, Partial<Pick<ExpectedBars, 'interval' | 'from' | 'to'>> {
  readonly code: string;
}

const files = Object.entries(expectations as Readonly<Record<string, Readonly<Record<string, unknown>>>>);
const recorded = (name: string): string => readFileSync(realData(`http/alphavantage/${name}`), 'utf8');

describeWith(REAL_DATA)('a recorded answer', () => {
  it('is expected to be something, whichever it is', () => {
    const names = readdirSync(realData('http/alphavantage'), { recursive: true }).map(String);
    const answers = names.filter((name) => !['recorded', 'INDEX.json'].includes(name));
    expect(Object.keys(expectations).toSorted()).toEqual(answers.toSorted());
  });

  it.each(files.filter(([, one]) => 'bars' in one))('gives its bars: %s', async (name, one) => {
    const expected = one as unknown as ExpectedBars;
    const { ticker, interval, from, to } = expected;
    const tier = expected.mostRows === 100 ? 'free' : '75';
    const asked = { ticker, interval, range: dates(from, to), tier };
    const { bars, proven, actions, unusable } = await answerTo(recorded(name), asked);
    const rowAt = (i: number): unknown[] => [
      new Date(bars.ts[i] ?? Number.NaN).toISOString(),
      ...[bars.open, bars.high, bars.low, bars.close, bars.volume].map((column) => column[i]),
    ];
    const stamped = ([stamp, ...values]: ExpectedBars['first']): unknown[] => [
      // New York was five hours behind on the one day of minutes.
      new Date(interval === '1d' ? `${stamp}T00:00:00Z` : `${stamp.replace(' ', 'T')}-05:00`).toISOString(),
      ...values,
    ];
    expect(bars.length).toBe(expected.bars);
    expect(rowAt(0)).toEqual(stamped(expected.first));
    expect(rowAt(bars.length - 1)).toEqual(stamped(expected.last));
    expect(formatDay(proven.from)).toBe(expected.since);
    expect(actions).toHaveLength(expected.actions ?? 0);
    expect(unusable).toEqual([]);
  });

  it('gives its splits, a spin-off among them', async () => {
    const { ticker, from, to, actions } = expectations['recorded/SPLITS.csv'];
    const { provider } = await alphavantageBeside((query) =>
      query.get('function') === 'SPLITS'
        ? recorded('recorded/SPLITS.csv')
        : 'ex_dividend_date,declaration_date,record_date,payment_date,amount\n',
    );
    const asked = { tickers: [ticker], range: dates(from, to), now: NOW };
    const [part] = (await provider.fetchActions?.(asked)) ?? [];
    const told = part !== undefined && 'answer' in part ? part.answer.actions : [];
    expect(told.map((one) => [one.kind, formatDay(one.exDay), 'ratio' in one && one.ratio])).toEqual(actions);
  });

  it('gives the tickers of its listings, spelt as ours, without those that only test', async () => {
    const { tickers: count, renamed, without } = expectations['recorded/LISTING_STATUS.part.csv'];
    const { provider } = await alphavantageBeside(() => recorded('recorded/LISTING_STATUS.part.csv'), {
      tier: '75',
    });
    const tickers = await provider.listTickers();
    expect(tickers).toHaveLength(count);
    for (const [theirs, ours] of Object.entries(renamed)) {
      expect(tickers).toContain(ours);
      if (theirs !== ours) expect(tickers).not.toContain(theirs);
    }
    expect(tickers.filter((ticker) => without.includes(ticker))).toEqual([]);
  });

  it.each(files.filter(([, one]) => 'code' in one))('is none of ours: %s', async (name, one) => {
    const {
      ticker,
      interval = '1d',
      from = '2026-05-11',
      to = '2026-05-15',
      code,
    } = one as unknown as Mistaken;
    const asking = answerTo(recorded(name), { ticker, interval, range: dates(from, to) });
    await expect(asking).rejects.toMatchObject({ code });
  });

  it('of extended hours by their ends, as in 2020, is refused whatever its heading', async () => {
    const { ticker, interval, from, to } = expectations['mock_time_series_extended'];
    const body = recorded('mock_time_series_extended').replace('time,', 'timestamp,');
    const asking = answerTo(body, { ticker, interval: interval as Interval, range: dates(from, to) });
    await expect(asking).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringMatching(
        /with their ends, it seems: 13 of 19 sessions have one at 20:00, 0 at 04:00$/,
      ),
    });
  });

  const refusals = REAL_DATA.isMet
    ? (JSON.parse(recorded('errors.json')) as readonly { readonly case: string; readonly body: string }[])
    : [];
  it.each(refusals.map((one) => [one.case, one.body]))(
    'is the refusal that it is: %s',
    async (name, body) => {
      const codes: Readonly<Record<string, string>> = expectations['errors.json'];
      await expect(answerTo(body)).rejects.toMatchObject({ code: codes[name] });
    },
  );
});

describe('what is expected of recordings', () => {
  it('is of more than one kind', () => expect(files.length).toBeGreaterThan(9));
});
