import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { Category, Member } from '../../../src/core/universe/member.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import type { DiscoverRequest } from '../../../src/providers/discovery.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import { NOW as SIMULATED_NOW, start, stopAll } from '../../simulator/running.ts';
import expectations from './expected.json' with { type: 'json' };
import { NOW, alphavantageBeside } from './serving.ts';

afterEach(stopAll);

const HEADING = 'symbol,name,exchange,assetType,ipoDate,delistingDate,status\n';
const ACTIVE = `${HEADING}AA,Alcoa Corp,NYSE,Stock,2016-10-18,null,Active
ZTEST,,BATS,Stock,2011-10-05,null,Active
NTEST-Q,NTESTQ,NYSE,Stock,2019-07-17,null,Active
ZZZ,TEST TICKER FOR UTP,NYSE ARCA,Stock,2014-10-31,null,Active
SPY,SPDR S&P 500 ETF Trust ,NYSE ARCA,ETF,null,null,Active
BACK,Backwards Inc,NASDAQ,Stock,2020-05-05,null,Active
`;
const DELISTED = `${HEADING}AA,Alcoa Inc,NYSE,Stock,1962-01-02,2016-11-04,Delisted
AA,Alcoa Twice,NYSE,Stock,2018-01-02,2024-02-02,Delisted
ATEST-A,ATEST.A,NYSE MKT,Stock,2016-09-26,2020-01-02,Delisted
BACK,Backwards Inc,NASDAQ,Stock,2020-05-05,2019-12-31,Delisted
GONE-P-A,Gone Preferred,NYSE,Stock,null,2015-03-31,Delisted
`;
const DAY_USED_UP = JSON.stringify({ Information: 'standard API rate limit is 25 requests per day.' });

const listings = (query: URLSearchParams): string => (query.get('state') === 'delisted' ? DELISTED : ACTIVE);

const asked = (asOf: string | null = null, now = NOW): DiscoverRequest => ({
  categories: ['us_equities', 'etf'],
  asOf: asOf === null ? null : parseDay(asOf),
  now,
});

/** `TICKER type exchange listed delisted`, sorted. */
function lines(members: readonly Member[] = []): string[] {
  const day = (one: number | null): string => (one === null ? '-' : formatDay(one));
  return members
    .map(({ ticker, type, exchange, listed, delisted }) =>
      [ticker, type, exchange, day(listed), day(delisted)].join(' '),
    )
    .toSorted();
}

function wordsOf(queries: readonly URLSearchParams[]): string[] {
  return queries.map((query) =>
    ['function', 'date', 'state'].map((name) => query.get(name) ?? 'none').join(' '),
  );
}

describe('the universes of Alpha Vantage', () => {
  it('are what is active and what is not, without those that only test', async () => {
    const { provider, asked: queries } = await alphavantageBeside(listings);
    const members = await provider.discover?.(asked());
    expect(lines(members)).toEqual([
      'AA equity NYSE 1962-01-02 2016-11-04',
      'AA equity NYSE 2016-10-18 -',
      'AA equity NYSE 2018-01-02 2024-02-02',
      // Listed after it was delisted: one of the dates is of another life.
      'BACK equity NASDAQ - 2019-12-31',
      'BACK equity NASDAQ 2020-05-05 -',
      'GONE-PA equity NYSE - 2015-03-31',
      'SPY etf NYSE ARCA - -',
    ]);
    expect(members?.[1]).toMatchObject({ name: 'SPDR S&P 500 ETF Trust', source: 'alphavantage' });
    expect(wordsOf(queries)).toEqual(['LISTING_STATUS none active', 'LISTING_STATUS none delisted']);
  });

  it('have names with commas and quotes in them', async () => {
    const quoted = `${HEADING}CAFI,"Camco Financial, Inc. ""Old""",NASDAQ,Stock,1996-10-09,2014-02-28,Delisted\r
WONT,The "Won't" Company,NYSE,Stock,2001-01-02,2005-05-05,Delisted\r
`;
    const { provider } = await alphavantageBeside((query) =>
      query.get('state') === 'delisted' ? quoted : HEADING,
    );
    const members = (await provider.discover?.(asked())) ?? [];
    expect(lines(members)).toEqual([
      'CAFI equity NASDAQ 1996-10-09 2014-02-28',
      'WONT equity NYSE 2001-01-02 2005-05-05',
    ]);
    expect(members.map(({ name }) => name)).toEqual(['Camco Financial, Inc. "Old"', 'The "Won\'t" Company']);
  });

  it('are not counted twice where a server lists every state whatever it is asked for', async () => {
    const both = ACTIVE + DELISTED.slice(HEADING.length);
    const { provider } = await alphavantageBeside(() => both);
    expect(await provider.discover?.(asked())).toHaveLength(7);
  });

  it.each<[Category[], string[]]>([
    [['etf'], ['SPY']],
    [['us_equities'], ['AA', 'BACK', 'AA', 'AA', 'BACK', 'GONE-PA']],
  ])('are those of %s where these are asked for', async (categories, tickers) => {
    const { provider } = await alphavantageBeside(listings);
    const members = await provider.discover?.({ ...asked(), categories });
    expect(members?.map(({ ticker }) => ticker)).toEqual(tickers);
  });

  it('are those of a day, with the first end that came to them since', async () => {
    const { provider, asked: queries } = await alphavantageBeside(listings);
    expect(lines(await provider.discover?.(asked('2016-11-04')))).toEqual([
      'AA equity NYSE 2016-10-18 2016-11-04',
      'BACK equity NASDAQ - 2019-12-31',
      'SPY etf NYSE ARCA - -',
    ]);
    expect(wordsOf(queries)).toEqual(['LISTING_STATUS 2016-11-04 active', 'LISTING_STATUS none delisted']);
    const [aa] = lines(await provider.discover?.(asked('2016-11-05')));
    expect(aa).toBe('AA equity NYSE 2016-10-18 2024-02-02');
  });

  it.each(['2010-01-01', '2026-05-17', '2027-01-04'])(
    'are told by their dates where %s is no day that it travels back to',
    async (day) => {
      const { provider, asked: queries } = await alphavantageBeside(listings);
      expect(await provider.discover?.(asked(day))).toHaveLength(7);
      expect(wordsOf(queries)).toEqual(['LISTING_STATUS none active', 'LISTING_STATUS none delisted']);
    },
  );

  it.each([
    ['a refusal', DAY_USED_UP, 'quota-exhausted'],
    ['half a list', DELISTED.slice(0, -20), 'bad-answer'],
    ['a list that ends within a quote', `${DELISTED}GONE,"Gone, Inc\n`, 'bad-answer'],
    ['a row with a comma too many', DELISTED.replace('Alcoa Inc', '"Alcoa", Inc'), 'bad-answer'],
    ['a date that is none', DELISTED.replace('2015-03-31', '31.3.2015'), 'bad-answer'],
    ['no list', '{}', 'bad-answer'],
  ])('are none at all where the second answer is %s', async (_, second, code) => {
    const { provider } = await alphavantageBeside((query) =>
      query.get('state') === 'delisted' ? second : ACTIVE,
    );
    await expect(provider.discover?.(asked())).rejects.toMatchObject({ code });
  });

  it.each<[string | null, readonly string[]]>([
    [null, ['ok', 'ok']],
    ['2019-11-07', ['ok', 'ok']],
  ])('are those of a market behind its server, as of %s', async (asOf, outcomes) => {
    const market = sampleMarket();
    const { url, entries } = await start({ wire: 'alphavantage', market });
    const provider = await openProvider({ id: 'alphavantage', url }, OPEN_GATE, { key: 'TESTFREE' });
    const until = asOf === null ? Number.POSITIVE_INFINITY : parseDay(asOf);
    const truth = market.tickers().flatMap((ticker) => {
      const { type, firstTrade, delistedOn, calendar } = market.listing(ticker) ?? {};
      if (calendar !== 'XNYS' || !/^[A-Z-]+$/.test(ticker)) return [];
      if (asOf !== null && ((firstTrade ?? 0) > until || (delistedOn ?? until + 1) <= until)) return [];
      const [kind, venue] = type === 'etf' ? ['etf', 'NYSE ARCA'] : ['equity', 'NYSE'];
      const end = delistedOn === null || delistedOn === undefined ? '-' : formatDay(delistedOn);
      return [[ticker, kind, venue, formatDay(firstTrade ?? 0), end].join(' ')];
    });
    expect(truth.length).toBeGreaterThan(20);
    expect(lines(await provider.discover?.(asked(asOf, SIMULATED_NOW)))).toEqual(truth.toSorted());
    expect(entries.map(({ outcome }) => outcome)).toEqual(outcomes);
  });
});

describeWith(REAL_DATA)('a recorded list of Alpha Vantage', () => {
  it('is of so many shares and funds', async () => {
    const { types } = expectations['recorded/LISTING_STATUS.part.csv'];
    const file = readFileSync(realData('http/alphavantage/recorded/LISTING_STATUS.part.csv'), 'utf8');
    const { provider } = await alphavantageBeside((query) =>
      query.get('state') === 'delisted' ? HEADING : file,
    );
    const members = (await provider.discover?.(asked())) ?? [];
    const count = (wanted: string): number => members.filter(({ type }) => type === wanted).length;
    expect({ etf: count('etf'), equity: count('equity') }).toEqual(types);
    expect(lines(members)).toContain('A equity NYSE 1999-11-18 -');
    // Warrants under six letters, which no share of the United States has.
    expect(members.map(({ ticker }) => ticker)).not.toContain('AACTWS');
  });
});
