import { describe, expect, it } from 'vitest';
import { type Day, formatDay, parseDay } from '../../src/core/session/day.ts';
import { categoryOf, todayOf } from '../../src/core/universe/category.ts';
import { membersInJson, universeJson } from '../../src/core/universe/members-json.ts';
import { membersInText } from '../../src/core/universe/members-text.ts';
import { livedIn, universeOf } from '../../src/core/universe/universe.ts';

const day = (text: string): Day => parseDay(text);
const dayOrNull = (text: string | null): Day | null => (text === null ? null : day(text));

describe('a universe as JSON', () => {
  it('comes back as it was written', () => {
    const members = membersInJson(
      JSON.stringify({
        members: [
          { ticker: 'tarn', name: 'Tarn', type: 'equity', listed: '2010-01-04', delisted: '2023-06-29' },
          { ticker: 'AAL', from: '1996-01-02', to: '1997-01-15' },
          { ticker: 'AAL', from: '2015-03-23', to: null, source: 'index' },
          'brk.b',
        ],
        source: 'mine',
      }),
      'x.json',
    );
    expect(members.map(({ ticker, source }) => `${ticker} ${source}`)).toEqual([
      ...['TARN mine', 'AAL mine', 'AAL index', 'BRK-B mine'],
    ]);
    const head = { name: 'x', date: '2026-11-28', source: 'mine' };
    expect(membersInJson(universeJson(head, members), 'x.json')).toEqual(members);
  });

  it('names what it tells as a table does, in any case', () => {
    const [alfa, briq] = membersInJson(
      JSON.stringify({
        symbols: [
          { Symbol: 'ALFA', ipoDate: '2010-01-04', delistingDate: '2020-01-31', assetType: 'equity' },
          { ticker: 'BRIQ', symbol: 'XXXX', start_date: '2015-03-23', end: '2016-01-04' },
        ],
      }),
      'x',
    );
    expect(alfa).toMatchObject({ ticker: 'ALFA', type: 'equity' });
    expect([alfa?.listed, alfa?.delisted]).toEqual([day('2010-01-04'), day('2020-01-31')]);
    expect(briq).toMatchObject({
      ticker: 'BRIQ',
      stay: { from: day('2015-03-23'), to: day('2016-01-04') },
    });
  });

  it.each([
    [{ ticker: 'ALFA', delistd: '2020-01-02' }, 'there is no "delistd" of a member; did you mean delisted?'],
    [{ tickr: 'ALFA' }, 'there is no "tickr" of a member; did you mean ticker?'],
    [{ simbol: 'ALFA' }, 'there is no "simbol" of a member; did you mean symbol?'],
    [{ ticker: 'ALFA', form: '2020-01-02' }, 'there is no "form" of a member; did you mean from?'],
  ])('with a misspelt key is refused in one line: %j', (entry, message) => {
    expect(messageOf(() => membersInJson(JSON.stringify(['BRIQ', entry]), 'x.json'))).toBe(
      `x.json, entry 2: ${message}`,
    );
    const many = JSON.stringify(Array.from({ length: 30 }, () => entry));
    const told = message.replace('member;', 'member (nor of 29 more);');
    expect(messageOf(() => membersInJson(many, 'x.json'))).toBe(`x.json, entry 1: ${told}`);
  });

  it('names each misspelt key, and what else is wrong, a line each', () => {
    const list = [
      { ticker: 'ALFA', lised: '2010-01-04' },
      { ticker: 'BRIQ', lsted: '2010-01-04' },
      { ticker: 'CORV', listed: 'soon' },
      { ticker: 'DUNO', lised: '2010-01-04' },
      'ELNA',
    ];
    expect(messageOf(() => membersInJson(JSON.stringify(list), 'x.json')).split('\n')).toEqual([
      'x.json, entry 1: there is no "lised" of a member (nor of 1 more); did you mean listed?',
      'x.json, entry 2: there is no "lsted" of a member; did you mean listed?',
      expect.stringContaining('x.json, entry 3: its listed "soon" is not a date'),
    ]);
  });

  it('may tell more of its members than is read of them', () => {
    const more = [
      ...[{ sector: 'Water' }, { no: '1' }, { is_delisted: true }, { tick: 0.01 }, { delistd: null }],
      ...[{ listed: '2010-01-04', listed_on: 'NYSE' }, { asset_class: 'equity' }, { cik: '0001' }],
    ];
    const list = JSON.stringify(more.map((one) => ({ ticker: 'ALFA', ...one })));
    expect(membersInJson(list, 'x')).toHaveLength(more.length);
  });

  it('may be a plain list, or one under tickers or symbols', () => {
    expect(membersInJson('{"symbols": ["AAPL"]}', 'x')).toMatchObject([{ ticker: 'AAPL' }]);
    expect(membersInJson('["AAPL", "BRK.B"]', 'x').map(({ ticker }) => ticker)).toEqual(['AAPL', 'BRK-B']);
    expect(membersInJson('{"tickers": ["AAPL"]}', 'x')).toMatchObject([{ ticker: 'AAPL', delisted: null }]);
  });

  it.each([
    ['[1]', 'x.json, entry 1: 1 is not a ticker; write it as a text'],
    ['["A A"]', 'x.json, entry 1: "A A" is not a ticker; one looks like'],
    ['[{"name": "none"}]', 'x.json, entry 1: it has no ticker; give it one under "ticker" or "symbol"'],
    ['[{"ticker": null}]', 'x.json, entry 1: null is not a ticker; write it as a text'],
    ['[{"ticker": "A", "listed": "2020-02-30"}]', 'its listed "2020-02-30" is not a date'],
    ['[{"ticker": "A", "delisted": 20200101}]', 'its delisted is 20200101; it must be a text or null'],
    [
      '[{"ticker": "A", "listed": "2020-01-02", "delisted": "2019-01-02"}]',
      'A is delisted 2019-01-02, before it is listed 2020-01-02',
    ],
    ['[{"ticker": "A", "from": "2020-01-02", "to": "2020-01-02"}]', 'A leaves 2020-01-02, not after it came'],
    [
      '{"tickers": ["BRIQ"], "symbols": ["CORV"]}',
      'x.json has a list under "tickers" and another under "symbols"; put them together in one',
    ],
    ['{"members": [{"ticker": "A"}], "tickers": []}', 'under "members" and another under "tickers"'],
    ['{"names": []}', 'x.json is no universe; it must be a JSON list of tickers, or {"members"'],
    ['{', 'x.json is no universe, nor any JSON ('],
  ])('that is none is refused: %s', (text, message) => {
    expect(() => membersInJson(text, 'x.json')).toThrow(message);
  });

  it('has a line for each bad entry, and at last how many more', () => {
    const list = Array.from({ length: 13 }, (_, i) => `bad ${i}`);
    const lines = messageOf(() => membersInJson(JSON.stringify(['AAPL', ...list]), 'x.json')).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[1]).toContain('x.json, entry 3: "bad 1" is not a ticker');
    expect(lines.at(-1)).toBe('… and 3 more entries of x.json');
    const fewer = JSON.stringify(['AAPL', ...list.slice(2)]);
    expect(messageOf(() => membersInJson(fewer, 'x.json'))).toMatch(/\n… and 1 more entry of x\.json$/);
  });
});

it('a plain list names the line of what is no ticker', () => {
  const message = messageOf(() => membersInText('# mine\nAAPL, A$B\nMSFT ; ?', '--tickers @x.txt'));
  expect(message.split('\n')).toEqual([
    expect.stringContaining('--tickers @x.txt, line 2: "A$B" is not a ticker'),
    expect.stringContaining('--tickers @x.txt, line 3: "?" is not a ticker'),
  ]);
});

describe('a life', () => {
  const range = { from: day('2020-01-01'), to: day('2021-01-01') };
  const member = (
    ticker: string,
    listed: string | null,
    delisted: string | null,
    stay?: [string, string],
  ) => ({
    ...{ ticker, listed: dayOrNull(listed), delisted: dayOrNull(delisted) },
    ...(stay && { stay: { from: day(stay[0]), to: day(stay[1]) } }),
  });
  const shown = (lives: ReturnType<typeof livedIn>): string =>
    (lives.lived ?? [lives.range]).map(({ from, to }) => `${formatDay(from)}..${formatDay(to)}`).join(' ');

  it('ends with the day on which it is delisted, and a stay before the day on which it is left', () => {
    const { lives } = universeOf([
      member('GONE', '2010-01-04', '2020-06-30'),
      member('LEFT', null, null, ['2019-01-01', '2020-06-30']),
    ]);
    expect(shown(livedIn(range, lives.get('GONE')))).toBe('2020-01-01..2020-07-01');
    expect(shown(livedIn(range, lives.get('LEFT')))).toBe('2020-01-01..2020-06-30');
  });

  it('may be several stays, and is nothing outside them', () => {
    const { lives, tickers } = universeOf([
      member('A', null, null, ['2019-01-01', '2020-03-01']),
      member('A', null, null, ['2020-05-01', '2020-06-01']),
      member('B', null, null, ['2010-01-01', '2011-01-01']),
    ]);
    expect(tickers).toEqual(['A', 'B']);
    expect(shown(livedIn(range, lives.get('A')))).toBe('2020-01-01..2020-03-01 2020-05-01..2020-06-01');
    const { range: none } = livedIn(range, lives.get('B'));
    expect(none.from).toBe(none.to);
  });

  it('of a ticker that is named without a date is all days', () => {
    const { lives } = universeOf([member('A', null, '2015-01-02'), member('A', null, null)]);
    expect(lives.has('A')).toBe(false);
    expect(livedIn(range, lives.get('A'))).toEqual({ range });
  });
});

it('an instrument belongs to a category by its type, its ticker and its exchange', () => {
  const of = (ticker: string, type: string | null, exchange: string | null = null) =>
    categoryOf({ ticker, type, exchange });
  expect(of('AAPL', 'equity', 'XNAS')).toBe('us_equities');
  expect(of('SIVBQ', 'equity', 'OTC')).toBe('otc');
  expect(of('AIR.PA', 'equity')).toBeUndefined();
  expect([of('SPY', 'etf'), of('BTC-USD', 'crypto'), of('EURUSD=X', 'fx'), of('^GSPC', 'index')]).toEqual([
    ...['etf', 'crypto', 'fx', 'indices'],
  ]);
  expect(of('X', null)).toBeUndefined();
});

it('the day of categories is that of where their members trade, the latest of several', () => {
  // In New York a day begins five hours after that of UTC.
  const night = Date.parse('2026-11-21T02:00:00Z');
  expect(todayOf(['us_equities', 'options'], night)).toEqual({
    today: day('2026-11-20'),
    zone: 'America/New_York',
  });
  expect(todayOf(['crypto'], night)).toEqual({ today: day('2026-11-21'), zone: 'UTC' });
  expect(todayOf(['etf', 'crypto', 'otc'], night)).toEqual({ today: day('2026-11-21'), zone: 'UTC' });
  expect(todayOf(['etf', 'crypto'], Date.parse('2026-11-21T12:00:00Z')).today).toBe(day('2026-11-21'));
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
