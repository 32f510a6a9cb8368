import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { type CorporateAction, type Dividend, type Split, isSplit } from '../../../src/core/bars/bars.ts';
import { misstatedSplits } from '../../../src/core/checks/unapplied-splits.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { isComplete } from '../../../src/market/market.ts';
import { realData } from '../../realdata.ts';
import { XNYS } from '../daily-bars.ts';
import { LONG_RUNS, REAL_DATA, describeWith, sampled } from '../../needs.ts';
import {
  type RowContext,
  checkBars,
  dropFillers,
  findOddities,
  fingerprintOf,
  rejectClosedDays,
  rejectStandstill,
  rejectStraightLines,
  rejectUnitFlips,
} from '../rows.ts';

const ALL = { from: parseDay('1990-01-01'), to: parseDay('2030-01-01') };

interface Judged {
  readonly fillers: string[];
  readonly rejected: string[];
  readonly oddities: string[];
  readonly fingerprints: Set<string | null>;
}

/** Every daily series of a folder, of all its tickers or of some, through all checks on content. */
function judge(
  folder: string,
  actionsOf: (ticker: string) => readonly CorporateAction[],
  some = (all: readonly string[]) => all,
): Judged {
  const market = csvFolderMarket(realData(folder));
  const judged: Judged = { fillers: [], rejected: [], oddities: [], fingerprints: new Set() };
  for (const ticker of some(market.tickers())) {
    const bars = market.rows(ticker, '1d', ALL).filter(isComplete);
    const context: RowContext = {
      interval: '1d',
      calendar: calendarFor(ticker),
      actions: actionsOf(ticker),
      known: [],
    };
    const { kept, dropped } = dropFillers(checkBars(bars).accepted, context);
    const onSessions = rejectClosedDays({ accepted: kept, rejected: [] }, context);
    const bent = rejectStraightLines(rejectUnitFlips(onSessions, context), context);
    const { accepted, rejected } = rejectStandstill(bent, context);
    judged.fillers.push(...dropped.map(({ bar }) => `${ticker} ${formatDay(bar.ts / 86_400_000)}`));
    judged.rejected.push(...rejected.map(({ bar }) => `${ticker} ${formatDay(bar.ts / 86_400_000)}`));
    for (const { kind, session } of findOddities(accepted, context))
      judged.oddities.push(`${ticker} ${formatDay(session)} ${kind}`);
    judged.fingerprints.add(fingerprintOf(accepted));
  }
  return judged;
}

/** The splits of a Lean factor file: the day before a split has another split factor than the one after. */
function leanSplits(ticker: string): Split[] {
  const path = realData(`corporate-actions/factor_files/${ticker.toLowerCase()}.csv`);
  const rows = readFileSync(path, 'utf8').trim().split('\n');
  const factors = rows.map((row) => {
    const [date = '', , factor] = row.split(',');
    const day = parseDay(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`);
    return { day, factor: Number(factor) };
  });
  return factors.flatMap(({ day, factor }, i): Split[] => {
    const ratio = (factors[i + 1]?.factor ?? factor) / factor;
    // Lean books spin-offs as splits of nearly 1 and rounds its factors.
    return Math.abs(ratio - 1) > 0.01 ? [{ kind: 'split', exDay: XNYS.nextSession(day), ratio }] : [];
  });
}

/** Those of which the vendor has an odd session, and a third of the others in the short form. */
function someOfSp500(all: readonly string[]): readonly string[] {
  const odd = 'AMD ARNC BAX BHGE DISCK EBAY EVHC FLR MPC MRO NI VRTX WMB'.split(' ');
  const even = all.filter((ticker) => !odd.includes(ticker));
  return [...odd, ...sampled(even, 3, 'oddities of the S&P 500')].toSorted();
}

describeWith(REAL_DATA)('of 499 tickers of the S&P 500 over five years', () => {
  let judged: Judged;
  beforeAll(() => {
    judged = judge('daily-sp500-2013-2018', () => [], someOfSp500);
  }, 120_000);

  it('13 sessions are odd, each for a reason', () => {
    expect(judged.oddities.filter((oddity) => !oddity.endsWith('repeat'))).toEqual([
      'AMD 2016-04-22 jump', // news: a venture in China and a good quarter, +52 % in a day
      'ARNC 2016-11-01 jump', // Alcoa spun off, not applied
      'BAX 2015-07-01 jump', // Baxalta spun off, not applied
      'BHGE 2017-07-05 jump', // merger with GE’s oil business and a special dividend of 17.50, not applied
      'DISCK 2014-08-07 basis-flip', // a share of class C for each share, 2:1 in effect, not applied
      'EBAY 2015-07-20 jump', // PayPal spun off, not applied
      'EVHC 2017-11-01 jump', // news: a bad quarter, -34 % in a day
      'FLR 2017-09-14 spike', // a bad row of the vendor: 50.62 between 40.14 and 40.43
      'MPC 2017-09-14 spike', // a bad row of the vendor on the same day: 64.75 between 53.21 and 52.96
      'MRO 2017-09-14 spike', // a bad row of the vendor on the same day: 16.02 between 11.91 and 12.00
      'NI 2015-07-02 jump', // Columbia Pipeline spun off, not applied
      'VRTX 2013-04-19 jump', // news: a trial of its drug went well, +62 % in a day
      'WMB 2016-02-08 jump', // news: its largest customer was said to be near bankruptcy, -35 % in a day
    ]);
  });

  it('275 rows are copies of the row before, most of them made on two days of 2014', () => {
    const days = judged.oddities.flatMap((oddity) => / (\S+) repeat$/.exec(oddity)?.[1] ?? []);
    const count = (day: string): number => days.filter((other) => other === day).length;
    expect([days.length, count('2014-07-18'), count('2014-08-04'), count('2014-12-09')]).toEqual(
      LONG_RUNS ? [275, 78, 167, 8] : [107, 33, 61, 5],
    );
  });

  it('no bar is a filler or in another unit, and no two series are the same', () => {
    expect(judged.fillers).toEqual([]);
    expect(judged.rejected).toEqual([]);
    expect(judged.fingerprints.size).toBe(LONG_RUNS ? 499 : 13 + 162);
  });

  it('the one with a bad open would be odd, were it not rejected for it', () => {
    const market = csvFolderMarket(realData('daily-sp500-2013-2018'));
    const bars = market.rows('CHD', '1d', ALL).filter(isComplete);
    const oddities = findOddities(bars, { interval: '1d', calendar: XNYS, actions: [], known: [] });
    // The open is half of what it was, the low is not: a bad tick.
    expect(oddities.map(({ kind, session }) => `${kind} ${formatDay(session)}`)).toEqual([
      'jump 2014-05-19',
      'repeat 2014-08-04',
    ]);
    expect(checkBars(bars).rejected[0]?.reason).toContain('open 18.77 is below low');
  }, 120_000);
});

describeWith(REAL_DATA)('of 88 Yahoo downloads over five years', () => {
  it('one ticker has a week of rows that nobody traded, and one odd session', () => {
    const judged = judge('daily-yahoo-2012-2017', () => []);
    expect(judged.oddities).toEqual([
      'AGFS 2016-11-09 jump', // news: it halved on 29 times the volume of the day before, and stayed there
    ]);
    // Held at 9.70 from the trade of the 6th to the next one on the 18th.
    expect(judged.fillers).toEqual(
      ['09', '10', '11', '12', '13', '16', '17'].map((day) => `AGFS 2015-03-${day}`),
    );
    expect(judged.rejected).toEqual([]);
    expect(judged.fingerprints.size).toBe(88);
  }, 120_000);
});

describeWith(REAL_DATA)('of nine raw series with their splits', () => {
  it('no split is odd; what is, were bad ticks, a penny stock and the crisis of 2008', () => {
    const { oddities, rejected } = judge('daily-raw', leanSplits);
    expect(oddities).toEqual([
      'AIG 2008-09-15 jump', // the crisis, as all of that month: -58 %
      'AIG 2008-09-16 jump', // opened at a third
      'AIG 2008-09-17 jump', // -48 %
      'AIG 2008-09-19 jump', // +77 %
      'AIG 2008-09-24 jump', // -33 %
      'AIG 2008-10-27 spike', // 1.40 between 1.71 and 1.78, on a hundred million shares
      'AIG 2009-03-16 jump', // +59 %, at 0.78
      'AIG 2009-08-05 jump', // +63 %
      'IBM 2002-12-23 jump', // a bad tick: opened at 159.58 between closes of 79.82 and 80.46
      'USO 1998-04-02 spike', // another company before 2006: one sixteenth is a quarter of its price
      'USO 1998-04-28 spike', // one sixteenth
      'USO 1998-06-08 spike', // one sixteenth
      'USO 1998-07-01 jump', // two sixteenths
      'USO 1998-07-10 spike', // one sixteenth
      'USO 1998-08-18 jump', // from 0.28 to 0.09
      'USO 1998-08-19 jump', // and back to 0.16
      'WM 2008-07-14 jump', // another company then: Washington Mutual in the crisis, -35 %
      'WM 2008-09-26 jump', // Washington Mutual closed by its supervisor, at 0.16
    ]);
    expect(rejected).toEqual([]);
  }, 120_000);

  it('no split has another ratio than the prices', () => {
    const market = csvFolderMarket(realData('daily-raw'));
    const found = market.tickers().map((ticker) => {
      const actions = [...leanSplits(ticker), ...leanDividends(ticker)];
      const bars = barsOf(market.rows(ticker, '1d', ALL).filter(isComplete));
      return [actions.filter(isSplit).length, misstatedSplits(bars, actions, utcDayOf).length];
    });
    expect(found.map(([, misstated]) => misstated)).toEqual(found.map(() => 0));
    expect(found.reduce((sum, [splits = 0]) => sum + splits, 0)).toBe(11);
  });

  it('no dividend is odd', () => {
    const dividends = csvFolderMarket(realData('daily-raw')).tickers().flatMap(leanDividends);
    expect(dividends.length).toBeGreaterThan(300);
    const { oddities } = judge('daily-raw', (ticker) => [...leanSplits(ticker), ...leanDividends(ticker)]);
    expect(oddities.filter((oddity) => oddity.includes('dividend'))).toEqual([]);
  }, 120_000);
});

/** The dividends of a Lean factor file: what its price factors take off the close of the day before. */
function leanDividends(ticker: string): Dividend[] {
  const path = realData(`corporate-actions/factor_files/${ticker.toLowerCase()}.csv`);
  const rows = readFileSync(path, 'utf8').trim().split('\n');
  return rows.flatMap((row, i): Dividend[] => {
    const [date = '', price, , close = '0'] = row.split(',');
    const amount = Number(close) * (1 - Number(price) / Number(rows[i + 1]?.split(',')[1] ?? price));
    const day = parseDay(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`);
    // A price factor is rounded to seven digits.
    return amount > 1e-3 ? [{ kind: 'dividend', exDay: XNYS.sessionOnOrAfter(day + 1), amount }] : [];
  });
}
