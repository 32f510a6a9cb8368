import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import type { CorporateAction, Ohlcv } from '../../../src/core/bars/bars.ts';
import { type Day, parseDay, startOfDay, utcDayOf } from '../../../src/core/session/day.ts';
import { factorSteps } from '../../../src/core/adjust/factors.ts';
import { adjustBars, sessionCloses } from '../adjusting.ts';
import { realData } from '../../realdata.ts';
import { EXCEPTIONS, ROUNDED_DIVIDENDS } from '../adjust-exceptions.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';

/** A row of a factor file: the factors of all sessions up to and including `day`, and its close as traded. */
interface FactorRow {
  readonly day: Day;
  readonly price: number;
  readonly split: number;
  readonly close: number;
}

const dayOf = (text: string): Day => parseDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`);

function factorRows(ticker: string): FactorRow[] {
  const text = readFileSync(realData(`corporate-actions/factor_files/${ticker}.csv`), 'utf8');
  return text
    .split(/\s+/)
    .filter((line) => line !== '')
    .map((line) => {
      const [day = '', price, split, close] = line.split(',');
      return { day: dayOf(day), price: Number(price), split: Number(split), close: Number(close) };
    });
}

function rawBars(ticker: string): Ohlcv[] {
  const [file] = Object.values(unzipSync(readFileSync(realData(`daily-raw/${ticker}.zip`))));
  return strFromU8(file ?? new Uint8Array())
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const [stamp = '', ...values] = line.split(',');
      const [open = 0, high = 0, low = 0, close = 0, volume = 0] = values.map(Number);
      const prices = { open: open / 1e4, high: high / 1e4, low: low / 1e4, close: close / 1e4 };
      return { ts: startOfDay(dayOf(stamp)), ...prices, volume, vwap: null, trades: null };
    });
}

/** The actions that two rows that follow each other differ by: they go ex the day after the first. */
function actionsIn(rows: readonly FactorRow[]): CorporateAction[] {
  return rows.slice(1).flatMap((row, i): CorporateAction[] => {
    const next = rows[i + 2];
    if (next === undefined) return [];
    const exDay = row.day + 1;
    const ratio = next.split / row.split;
    const amount = row.close * (1 - row.price / next.price);
    return [
      ...(ratio === 1 ? [] : [{ kind: 'split', exDay, ratio } as const]),
      // Per share of the ex-date, as declared: the reference close is in shares of the day before.
      ...(amount === 0 ? [] : [{ kind: 'dividend', exDay, amount: amount / ratio } as const]),
    ];
  });
}

const adjusted = (
  bars: readonly Ohlcv[],
  actions: readonly CorporateAction[],
  mode: 'splits' | 'all',
  asOf: Day,
) => adjustBars(bars, factorSteps(actions, sessionCloses(bars, utcDayOf), mode, asOf), utcDayOf);

describeWith(REAL_DATA)('factors of real splits and dividends', () => {
  it.each(['ibm', 'bac', 'aig', 'wm', 'iwm', 'qqq', 'eem', 'uso', 'fb'])('%s: as Lean has them', (ticker) => {
    const rows = factorRows(ticker);
    const bars = rawBars(ticker);
    const actions = actionsIn(rows);
    const exception = EXCEPTIONS[ticker];
    const from = exception === undefined ? Number.NEGATIVE_INFINITY : parseDay(exception.before);
    expect(bars.filter(({ ts }) => utcDayOf(ts) < from)).toHaveLength(exception?.sessions ?? 0);
    for (const mode of ['splits', 'all'] as const) {
      let worst = 0;
      const mine = adjusted(bars, actions, mode, Number.POSITIVE_INFINITY);
      mine.forEach((bar, i) => {
        const day = utcDayOf(bar.ts);
        if (day < from) return;
        const row = rows.slice(1).find((candidate) => day <= candidate.day) ?? rows.at(-1);
        const theirs = (bars[i]?.close ?? 0) * (row?.split ?? 1) * (mode === 'all' ? (row?.price ?? 1) : 1);
        worst = Math.max(worst, Math.abs(bar.close / theirs - 1));
      });
      expect(worst).toBeLessThanOrEqual(1e-4);
    }
  });

  // Yahoo's closes differ from Lean's by up to 0.3 % on single days (auction or last trade), so its own are adjusted:
  // neither share was split in these years, so they are as traded.
  it.each([
    ['BAC', 21],
    ['FB', 0],
  ])('%s: as Yahoo’s Adj Close as of its last row, with the dividends of Lean', (ticker, dividends) => {
    const rows = yahooRows(ticker);
    const asOf = utcDayOf(rows.at(-1)?.bar.ts ?? 0);
    const first = utcDayOf(rows[0]?.bar.ts ?? 0);
    const actions = asDeclared(ticker, actionsIn(factorRows(ticker.toLowerCase())));
    expect(actions.filter(({ exDay }) => first < exDay && exDay <= asOf)).toHaveLength(dividends);
    const mine = adjusted(
      rows.map(({ bar }) => bar),
      actions,
      'all',
      asOf,
    );
    const off = mine.map(({ close }, i) => Math.abs(close / (rows[i]?.adjClose ?? 0) - 1));
    expect(off).toHaveLength(1258);
    expect(Math.max(...off)).toBeLessThanOrEqual(1e-4);
  });
});

function yahooRows(ticker: string): { bar: Ohlcv; adjClose: number }[] {
  const text = readFileSync(realData(`daily-yahoo-2012-2017/${ticker}.csv`), 'utf8').trim();
  return text
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [date = '', ...values] = line.split(',');
      const [open = 0, high = 0, low = 0, close = 0, adjClose = 0, volume = 0] = values.map(Number);
      const ts = startOfDay(parseDay(date));
      return { bar: { ts, open, high, low, close, volume, vwap: null, trades: null }, adjClose };
    });
}

/** The actions with the listed dividends as declared; each must be there with the listed mistake. */
function asDeclared(ticker: string, actions: readonly CorporateAction[]): readonly CorporateAction[] {
  if (ticker !== 'BAC') return actions;
  const exDays = new Set(ROUNDED_DIVIDENDS.exDates.map((date) => parseDay(date)));
  const corrected = actions.map((action) =>
    action.kind === 'dividend' &&
    exDays.has(action.exDay) &&
    Math.abs(action.amount - ROUNDED_DIVIDENDS.said) < 1e-4
      ? { ...action, amount: ROUNDED_DIVIDENDS.declared }
      : action,
  );
  expect(corrected.filter((action, i) => action !== actions[i])).toHaveLength(exDays.size);
  return corrected;
}
