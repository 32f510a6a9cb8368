import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import { formatDay, parseDay, startOfDay } from '../../src/core/session/day.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Market } from '../../src/market/market.ts';
import { start } from '../simulator/running.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';
import { NOBODY, NOW, chainStore, firstSessions } from './chain-store.ts';
import { sampled } from '../needs.ts';

const { optionsOf, question } = chainStore();

/** A ticker for each place of a hole, in one store. */
const TICKERS = tickersOf(3);
const [TICKER = ''] = TICKERS;
const EX = '2026-06-10';
const RANGE = { start: '2026-03-02', end: '2026-11-18' };

/** A market in which shares trade at a part of their price from a day on. */
function divided(market: Market, ratio: number, date = EX): Market {
  const over = (price: number | null): number | null =>
    price === null ? null : Math.round((price * 100) / ratio) / 100;
  return {
    ...market,
    rows: (...asked) =>
      market.rows(...asked).map((row) =>
        row.ts < startOfDay(parseDay(date))
          ? row
          : {
              ...row,
              ...{ open: over(row.open), high: over(row.high), low: over(row.low), close: over(row.close) },
            },
      ),
  };
}

type Said = readonly (readonly [date: string, value: number])[];

function telling(market: Market, kind: CorporateAction['kind'], said: Said): Market {
  const actions = said.map(([date, value]): CorporateAction => {
    const exDay = parseDay(date);
    return kind === 'split' ? { kind, exDay, ratio: value } : { kind, exDay, amount: value };
  });
  return { ...market, actions: () => actions };
}

/** A history of two providers, the first of which has three sessions of each ticker empty from a date on. */
async function chainOf(one: Market, two: Market, ...holes: readonly string[]): Promise<History> {
  const empty = new Map(holes.map((hole, i) => [TICKERS[i] ?? '', new Set(firstSessions(hole, 3))] as const));
  const holed = lacking(one, NOBODY, (ticker, ts) => empty.get(ticker)?.has(ts) === true);
  const first = await start({ wire: 'polygon', market: holed, now: () => NOW });
  const second = await start({ wire: 'yahoo', market: two, now: () => NOW });
  return openHistory(optionsOf(first, second));
}

/** What a user of the store reads, adjusted, by session: the price of its close over the price as traded in the market. */
async function factors(
  history: History,
  market: Market,
  adjust: 'splits' | 'all',
  ticker = TICKER,
): Promise<number[]> {
  const bars = await history.read({ ticker, interval: '1d' }, { ...RANGE, adjust });
  const days = { from: parseDay(RANGE.start), to: parseDay(RANGE.end) + 1 };
  const traded = new Map(market.rows(ticker, '1d', days).map(({ ts, close }) => [ts, Number(close)]));
  expect(bars).toHaveLength(traded.size);
  const all = bars.map(({ ts, close }) => Number((close / (traded.get(ts) ?? Number.NaN)).toFixed(5)));
  const since = bars.filter(({ ts }) => ts >= startOfDay(parseDay(EX))).length;
  expect(new Set(all.slice(-since))).toEqual(new Set([1]));
  return [...new Set(all.slice(0, -since))];
}

async function inForce(history: History, ticker = TICKER): Promise<unknown[]> {
  return (await history.actions(ticker)).map(({ exDay, ...action }) => [
    formatDay(exDay),
    action.kind === 'split' ? action.ratio : action.amount,
  ]);
}

const AT = { kind: 'sources-differ', session: EX };

describe('a split that both of a chain tell of', () => {
  it.each(
    sampled(
      [
        ['alike', [[EX, 2]], []],
        [
          'a day later',
          [['2026-06-11', 2]],
          [`yahoo has the split 2:1 of ${EX} on 2026-06-11: it stays as polygon has it`],
        ],
        [
          'a day earlier',
          [['2026-06-09', 2]],
          [`yahoo has the split 2:1 of ${EX} on 2026-06-09: it stays as polygon has it`],
        ],
        [
          'with another ratio',
          [[EX, 3]],
          [`yahoo has the split 2:1 of ${EX} as a split 3:1: it stays as polygon has it`],
        ],
        ['not at all', [], []],
      ] as const,
      2,
      'splits',
    ),
  )('counts once where the second has it %s, as the first has it', async (_, said, notes) => {
    const market = divided(walkingMarket(TICKERS), 2);
    const one = telling(market, 'split', [[EX, 2]]);
    const history = await chainOf(one, telling(market, 'split', said), '2026-03-02', '2026-06-03', EX);
    const summary = await history.backfill({ tickers: TICKERS, ...RANGE });
    expect(summary.failures).toEqual([]);
    expect(summary.byProvider?.[1]?.inserted).toBe(9);
    for (const ticker of TICKERS)
      expect(summary.warnings.filter((warning) => warning.ticker === ticker)).toMatchObject(
        notes.map((note) => ({ ...AT, note })),
      );
    expect(exitCodeOf(summary)).toBe(0);
    for (const ticker of TICKERS) {
      expect(await inForce(history, ticker)).toEqual([[EX, 2]]);
      expect(await factors(history, market, 'splits', ticker)).toEqual([0.5]);
    }
    const again = await history.backfill({ tickers: TICKERS, ...RANGE, everything: true });
    expect([again.failures, again.revised]).toEqual([[], 0]);
    for (const ticker of TICKERS) expect(await inForce(history, ticker)).toEqual([[EX, 2]]);
    await history.close();
  });

  it('is told by the second where the first lacks it, and its prices stay', async () => {
    const market = divided(walkingMarket(TICKERS), 2);
    const two = telling(market, 'split', [[EX, 2]]);
    const history = await chainOf(market, two, '2026-03-02', EX, '2026-07-06');
    const { failures, byProvider } = await history.backfill({ tickers: TICKERS, ...RANGE });
    expect([failures, byProvider?.[1]?.inserted]).toEqual([[], 9]);
    for (const ticker of TICKERS) {
      expect(await inForce(history, ticker)).toEqual([[EX, 2]]);
      expect(await factors(history, market, 'splits', ticker)).toEqual([0.5]);
    }
    await history.close();
  });

  it.each([
    ['steps on another day, of just the day between', [['2026-06-11', 2]], '2026-06-11', EX],
    ['is adjusted for it, and does not list it', [], '2020-01-02', '2026-06-03'],
  ] as const)('refuses a second one whose price %s', async (_, said, steps, hole) => {
    const one = telling(divided(walkingMarket([TICKER]), 2), 'split', [[EX, 2]]);
    const two = telling(divided(walkingMarket([TICKER]), 2, steps), 'split', said);
    const history = await chainOf(one, two, hole);
    const summary = await history.backfill({ tickers: [TICKER], ...RANGE });
    expect(summary.failures).toMatchObject([{ ticker: TICKER, code: 'basis-unknown' }]);
    expect(summary.failures[0]?.message).toContain(
      `leaves out the split 2:1 of ${EX} that polygon told, and its prices are adjusted for it`,
    );
    expect(exitCodeOf(summary)).toBe(1);
    expect(await inForce(history)).toEqual([[EX, 2]]);
    expect(await question('SELECT DISTINCT source FROM bars')).toEqual([['polygon']]);
    await history.close();
  });
});

describe('a dividend that both of a chain tell of', () => {
  it.each(
    sampled(
      [
        ['alike', [[EX, 0.5]], 0],
        ['a day later', [['2026-06-11', 0.5]], 1],
        ['over a week-end', [['2026-06-08', 0.5]], 1],
        ['printed to fewer digits', [[EX, 0.4987]], 0],
        ['of another amount', [[EX, 0.75]], 1],
        ['not at all', [], 0],
      ] as const,
      2,
      'dividends',
    ),
  )('is paid once where the second has it %s', async (_, said, named) => {
    const market = walkingMarket([TICKER]);
    const history = await chainOf(
      telling(market, 'dividend', [[EX, 0.5]]),
      telling(market, 'dividend', said),
      '2026-06-03',
    );
    const summary = await history.backfill({ tickers: [TICKER], ...RANGE });
    expect([summary.failures, summary.warnings.filter(({ kind }) => kind === AT.kind).length]).toEqual([
      [],
      named,
    ]);
    expect(await inForce(history)).toEqual([[EX, 0.5]]);
    const [before] = market.rows(TICKER, '1d', { from: parseDay('2026-06-09'), to: parseDay(EX) });
    const factor = 1 - 0.5 / Number(before?.close);
    expect(await factors(history, market, 'all')).toEqual([Number(factor.toFixed(5))]);
    await history.close();
  });

  it('is another one where the second pays it a week later too', async () => {
    const market = walkingMarket([TICKER]);
    const weekly: Said = [
      [EX, 0.5],
      ['2026-06-17', 0.5],
    ];
    const history = await chainOf(
      telling(market, 'dividend', [[EX, 0.5]]),
      telling(market, 'dividend', weekly),
      '2026-06-03',
    );
    await history.backfill({ tickers: [TICKER], ...RANGE });
    expect(await inForce(history)).toEqual(weekly);
    await history.close();
  });
});
