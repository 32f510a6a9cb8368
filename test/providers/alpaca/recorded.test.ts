import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { type Bars, barAt } from '../../../src/core/bars/columns.ts';
import type { BarAnswer, Part } from '../../../src/providers/provider.ts';
import { readBarsPage } from '../../../src/providers/alpaca/parse.ts';
import { tickerOf } from '../../../src/providers/alpaca/symbols.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { hasRealData, realData } from '../../realdata.ts';
import { NO_BARS, alpacaThatAnswers, stopServers } from './serving.ts';

// Recorded answers against what a script of another language read in them: rows, the first and the last one of each symbol.

afterEach(stopServers);

type Row = readonly [date: string, ...values: number[]];

interface ExpectedPage {
  readonly symbols: string;
  readonly next: string | null;
  readonly bars: Readonly<Record<string, readonly [rows: number, first: Row, last: Row]>>;
}

interface Expected {
  readonly pages: Readonly<Record<string, ExpectedPage>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly tickers: readonly string[];
}

interface Chain {
  readonly start: string;
  readonly end: string;
  readonly symbols: readonly string[];
  readonly pages_in_order: readonly string[];
  readonly bars: number;
}

interface Refusal {
  readonly case: string;
  readonly status: number;
  readonly body: string;
}

/** Answers of other kinds, which tests of their own read. */
const ASSETS = 'recorded/assets-2023.part.json';
const ACTIONS = 'format/corporate-actions-all-types.json';

const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8')) as Expected;
const recorded = (name: string): string => readFileSync(realData(`http/alpaca/${name}`), 'utf8');
const CHAINS = hasRealData ? (JSON.parse(recorded('CHAINS.json')) as readonly Chain[]) : [];
const REFUSALS = hasRealData ? (JSON.parse(recorded('errors.json')) as readonly Refusal[]) : [];

function rowOf(bars: Bars, i: number): Row {
  const { ts, open, high, low, close, volume, vwap, trades } = barAt(bars, i);
  return [formatDay(utcDayOf(ts)), open, high, low, close, volume, vwap ?? 0, trades ?? 0];
}

function answerIn(parts: readonly Part[] = [], ticker: string): BarAnswer {
  const part = parts.find((one) => one.ticker === ticker);
  if (part === undefined || !('answer' in part)) throw new Error(`no answer for ${ticker}`);
  return part.answer;
}

describeWith(REAL_DATA)('recorded answers', () => {
  it('have nothing of which nothing is expected', () => {
    const files = readdirSync(realData('http/alpaca'), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile() && !/^(?:INDEX|CHAINS|.*\.meta)\.json$/.test(one.name))
      .map(({ parentPath, name }) => relative(realData('http/alpaca'), join(parentPath, name)));
    const besides = [ASSETS, ACTIONS, 'errors.json'];
    expect([...Object.keys(expected.pages), ...besides].toSorted()).toEqual(files.toSorted());
    expect(REFUSALS.map((one) => one.case).toSorted()).toEqual(Object.keys(expected.errors).toSorted());
    const inChains = new Set(CHAINS.flatMap((chain) => chain.pages_in_order));
    expect(Object.keys(expected.pages).filter((name) => inChains.has(name.split('.')[0] ?? ''))).toHaveLength(
      inChains.size,
    );
  });

  it.each(Object.entries(expected.pages))('are read as they are: %s', (name, page) => {
    const { rows, next } = readBarsPage(recorded(name), page.symbols.split(','));
    expect(next).toBe(page.next);
    expect(
      Object.fromEntries(
        [...rows].map(([s, bars]) => [s, [bars.length, rowOf(bars, 0), rowOf(bars, bars.length - 1)]]),
      ),
    ).toEqual(page.bars);
  });

  it.each(CHAINS.map((chain) => [chain.pages_in_order.join(' '), chain] as const))(
    'come out of a chain of pages with all their bars, and with those of no other day: %s',
    async (_, { start, end, symbols, pages_in_order: pages, bars }) => {
      const bodies = pages.map((page) => recorded(`${page}.response.json`));
      const tokens = bodies.map(
        (body) => (JSON.parse(body) as { next_page_token: string | null }).next_page_token,
      );
      const { provider, asked } = await alpacaThatAnswers(({ path, query }) => {
        if (path !== '/v2/stocks/bars') return undefined;
        const token = query.get('page_token');
        return { body: bodies[token === null ? 0 : tokens.indexOf(token) + 1] ?? NO_BARS };
      });
      const range = { from: parseDay(start.slice(0, 10)), to: parseDay(end.slice(0, 10)) };
      const tickers = symbols.map(tickerOf);
      const now = Date.parse('2023-12-10T18:54:00Z');
      const parts = await provider.fetchList?.({ tickers, interval: '1d', range, now });
      const answers = tickers.map((ticker) => answerIn(parts, ticker));
      expect(answers.reduce((sum, answer) => sum + answer.bars.length, 0)).toBe(bars);
      expect(answers.every(({ dropped, unusable }) => dropped === 0 && unusable.length === 0)).toBe(true);
      expect(asked.filter(({ path }) => path === '/v2/stocks/bars')).toHaveLength(pages.length);
      // Each bar is stamped with its session, over the change of clocks too.
      for (const { bars: own } of answers)
        expect([...own.ts].every((ts, i) => ts % 86_400_000 === 0 && ts > (own.ts[i - 1] ?? 0))).toBe(true);
    },
  );

  it.each(REFUSALS.map((refusal) => [refusal.case, refusal] as const))(
    'of a refusal, %s, are what they mean',
    async (name, { status, body }) => {
      const { provider } = await alpacaThatAnswers(() => ({ status, body }));
      const range = { from: parseDay('2023-01-03'), to: parseDay('2023-02-01') };
      const series = { ticker: 'AAPL', interval: '1d' } as const;
      const asking = provider.fetchBars({ series, range, now: Date.parse('2023-12-10T18:54:00Z') });
      await expect(asking).rejects.toMatchObject({ code: expected.errors[name] });
    },
  );

  it('list the shares that are traded on an exchange', async () => {
    const { provider, asked } = await alpacaThatAnswers(() => ({
      body: recorded(ASSETS),
    }));
    expect(await provider.listTickers()).toEqual(expected.tickers);
    expect(asked.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/v2/assets?status=active&asset_class=us_equity',
    ]);
  });
});

describeWith(REAL_DATA)('every type of corporate action', () => {
  const body = hasRealData ? recorded(ACTIONS) : '';
  const told = async (ticker: string) => {
    let pages = 0;
    const { provider } = await alpacaThatAnswers(() => {
      // Its token is of a page that was not recorded.
      if (pages++ > 0) return undefined;
      return { body };
    });
    const range = { from: parseDay('2023-01-03'), to: parseDay('2024-05-01') };
    const [part] =
      (await provider.fetchActions?.({ tickers: [ticker], range, now: Date.parse('2024-06-01') })) ?? [];
    return part !== undefined && 'answer' in part ? part.answer : undefined;
  };

  it.each([
    ['MNTS', { kind: 'split', exDay: parseDay('2023-08-24'), ratio: 0.02 }],
    ['SRE', { kind: 'split', exDay: parseDay('2023-08-22'), ratio: 2 }],
    ['MSBC', { kind: 'split', exDay: parseDay('2023-05-19'), ratio: 1.05 }],
    ['FCF', { kind: 'dividend', exDay: parseDay('2023-05-04'), amount: 0.125 }],
  ])('of %s is one that the store knows', async (ticker, action) => {
    expect(await told(ticker)).toEqual({ actions: [action], badActions: [] });
  });

  it.each([
    ['TPBAU', 'TPBAU was split into LVRO and LVROW on 2023-03-01'],
    ['LVRO', 'TPBAU was split into LVRO and LVROW on 2023-03-01'],
    ['JUPW', 'spin-off of SRM, 1 for 19.35, ex 2023-08-15: prices are not adjusted for it'],
    ['GLOP', 'bought for 5.37 a share on 2023-07-17'],
    ['LSI', 'merged into EXR on 2023-07-20, 0.895 for 1'],
    ['MLVF', 'merged into FRBA on 2023-07-18, 0.7733 for 1, and 7.8 a share'],
    ['ORPHY', 'redeemed for 0.141134 a share on 2023-06-13'],
    [
      'VFS',
      'BSAQ became VFS on 2023-08-15; to move what is stored: backfill rename BSAQ VFS --on 2023-08-15',
    ],
    ['ATNXQ', 'removed as worthless on 2023-10-11'],
    ['IFN', 'rights IFN.RTWI, 1 a share, ex 2024-04-17: prices are not adjusted for them'],
  ])('of %s is named where it is another one', async (ticker, words) => {
    const answer = await told(ticker);
    expect(answer).toMatchObject({ actions: [], notRead: [`${ticker}: ${words}`] });
  });
});

describe('a body in no form that was recorded', () => {
  it.each([
    ['{"bars":null,"next_page_token":null}', 0],
    ['{"bars":{}}', 0],
    ['{"bars":{"AAPL":[]},"next_page_token":null}', 0],
    ['{"bars":{"AAPL":null},"next_page_token":null}', null],
    [
      '{"bars":{"AAPL":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":null}',
      1,
    ],
    ['{"bars":{"AAPL":[{"t":1672722000,"o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":null}', null],
    [
      '{"bars":{"AAPL":[{"t":"2023-01-03T05:00:00Z","o":"1","h":2,"l":1,"c":2,"v":3}]},"next_page_token":null}',
      null,
    ],
    ['{"bars":{"MSFT":[]},"next_page_token":null}', null],
    ['{"bars":{},"next_page_token":7}', null],
    ['{"bars":7,"next_page_token":null}', null],
    ['[]', null],
  ])('%s', (body, rows) => {
    const read = () => readBarsPage(body, ['AAPL']);
    if (rows === null) expect(read).toThrow(expect.objectContaining({ code: 'bad-answer', retryable: true }));
    else expect(read().rows.get('AAPL')?.length ?? 0).toBe(rows);
  });
});
