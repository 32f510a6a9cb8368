import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover } from '../../src/library/discover.ts';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { REAL_DATA, itWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';

let folder = '';
let server: Server;
let url = '';
let asked = 0;
/** What the server says, in turn; the last for ever. */
let answers: { readonly status?: number; readonly body: string }[] = [];
const open: History[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-universes-'));
  asked = 0;
  server = createServer((_, response) => {
    const { status = 200, body } = answers[Math.min(asked, answers.length - 1)] ?? { body: '' };
    asked++;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
});
afterEach(async () => {
  for (const history of open.splice(0)) await history.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await stopAll();
  await rm(folder, { recursive: true });
});

const store = (): string => join(folder, 'data');

function optionsOf(more: Partial<HistoryOptions> = {}): HistoryOptions {
  return {
    ...{ store: store(), stateFolder: join(folder, 'state'), clock: () => NOW, workers: 1 },
    ...{ listUrls: { sp500: url, nasdaqtrader: url }, ...more },
  };
}

function historyOf(more: Partial<HistoryOptions> = {}): History {
  const history = openHistory(optionsOf(more));
  open.push(history);
  return history;
}

/** Constituents as their list has them, so many. */
function constituents(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const letters = [i % 26, Math.floor(i / 26)].map((at) => String.fromCodePoint(65 + at)).join('');
    return `Q${letters},"Company ${i}, Inc.",Industrials,2001-01-02`;
  });
  return `Symbol,Security,GICS Sector,Date added\n${rows.join('\n')}\n`;
}

describe('the S&P 500', () => {
  it('is fetched at its first use, and kept with its date and source', async () => {
    answers = [{ body: constituents(503) }];
    const history = historyOf();
    expect((await history.plan({ tickers: 'sp500' })).totals.series).toBe(503);
    // A plan changes nothing.
    await expect(readdir(store())).rejects.toThrow('ENOENT');
    expect(await discover({ name: 'sp500' }, optionsOf())).toMatchObject({
      members: 503,
      date: '2026-11-20',
    });
    expect(await readdir(join(store(), 'universes'))).toEqual(['sp500_2026-11-20.json']);
    const kept = JSON.parse(await readFile(join(store(), 'universes/sp500_2026-11-20.json'), 'utf8'));
    expect(kept).toMatchObject({ name: 'sp500', date: '2026-11-20', source: url });
    const before = asked;
    expect((await history.plan({ tickers: 'sp500' })).totals.series).toBe(503);
    expect(asked).toBe(before);
  });

  it('is told how to be had where nothing is fetched', async () => {
    await expect(historyOf().coverage({ tickers: 'sp500' })).rejects.toThrow(
      'tickers sp500: it is not in the store yet; fetch it once: backfill discover sp500',
    );
    expect(asked).toBe(0);
  });

  it.each([
    ['a web page', '<!doctype html><title>Log in</title>', 'answered a web page instead of its list'],
    ['a dozen rows', constituents(12), 'it has 12 rows, and the index 495 to 520'],
    ['half of it', constituents(251), 'it has 251 rows'],
    ['another table', 'date,add\n2019-01-18,TFX\n', 'it has no column Symbol (date, add)'],
    ['a bad row', constituents(503).replace('QAA,', '"Q A",'), 'line 2: "Q A" is not a ticker'],
  ])('that comes as %s is refused', async (_, body, message) => {
    answers = [{ body }];
    await expect(discover({ name: 'sp500' }, optionsOf())).rejects.toThrow(message);
    await expect(readdir(join(store(), 'universes'))).rejects.toThrow('ENOENT');
    expect(asked).toBe(1);
  });

  it('is asked for again where the server stumbles', async () => {
    answers = [{ status: 503, body: '' }, { body: constituents(503) }];
    expect(await discover({ name: 'sp500' }, optionsOf())).toMatchObject({ members: 503 });
    expect(asked).toBe(2);
  });

  itWith(REAL_DATA)('is what its publisher has', async () => {
    answers = [{ body: await readFile(realData('universe/sp500-constituents.csv'), 'utf8') }];
    expect(await discover({ name: 'sp500' }, optionsOf())).toMatchObject({
      members: 503,
      byType: { equity: 503 },
    });
  });
});

describe('what is discovered', () => {
  const HEADER =
    'Nasdaq Traded|Symbol|Security Name|Listing Exchange|Market Category|ETF|Round Lot Size|Test Issue|Financial Status|CQS Symbol|NASDAQ Symbol|NextShares';
  const row = (symbol: string, name: string, exchange: string, etf: string, test = 'N'): string =>
    `Y|${symbol}|${name}|${exchange}| |${etf}|100|${test}||${symbol}|${symbol}|N`;
  const ROWS = [
    row('A', 'Agilent Technologies, Inc. Common Stock', 'N', 'N'),
    row('AAPL', 'Apple Inc. - Common Stock', 'Q', 'N'),
    row('ABR$D', 'Arbor Realty 6.375% Series D', 'N', 'N'),
    row('BRK.B', 'Berkshire Hathaway Inc.', 'N', 'N'),
    row('SPY', 'SPDR S&P 500', 'P', 'Y'),
    row('ZVZZT', 'NASDAQ TEST STOCK', 'Q', 'N', 'Y'),
  ];
  const TRAILER = 'File Creation Time: 1127202621:33||||||||||';
  const file = (rows = ROWS, trailer = `\r\n${TRAILER}\r\n`): string =>
    [HEADER, ...rows].join('\r\n') + trailer;

  it('of the shares and funds of the United States is what Nasdaq Trader lists', async () => {
    answers = [{ body: file() }];
    expect(await discover({ name: 'us_equities' }, optionsOf())).toMatchObject({
      ...{ sources: ['nasdaqtrader'], members: 4, byType: { equity: 4 }, without: [] },
    });
    const { members } = JSON.parse(
      await readFile(join(store(), 'universes/us_equities_2026-11-20.json'), 'utf8'),
    );
    expect(members).toMatchObject([
      { ticker: 'A', exchange: 'XNYS', type: 'equity', listed: null, delisted: null, source: 'nasdaqtrader' },
      { ticker: 'AAPL', exchange: 'XNAS' },
      { ticker: 'ABR-PD' },
      { ticker: 'BRK-B' },
    ]);
    expect(await discover({ name: 'etf' }, optionsOf())).toMatchObject({ members: 1, byType: { etf: 1 } });
    // By its name the newest is meant.
    const { totals } = await historyOf().plan({ tickers: 'etf,us_equities', days: 5 });
    expect(totals.series).toBe(5);
  });

  it.each([
    ['without its last line', file(ROWS, '\r\n'), 'its last line, which says when it was made, is missing'],
    ['cut within a row', file().slice(0, 400), 'its last line, which says when it was made'],
    ['as another file', 'ACT Symbol|Security Name\n', 'its first line has no Symbol'],
    ['as a web page', '<html>', 'nasdaqtrader answered a web page instead of its list: <html>'],
  ])('is refused %s', async (_, body, message) => {
    answers = [{ body }];
    await expect(discover({ name: 'etf' }, optionsOf())).rejects.toThrow(message);
    await expect(readdir(join(store(), 'universes'))).rejects.toThrow('ENOENT');
  });

  it('may be the first few, and those that lived on a day', async () => {
    const from = 'sample';
    const few = { name: 'us_equities', from, limit: 3 };
    const first = await discover(few, optionsOf());
    expect(first).toMatchObject({ members: 3, of: 25 });
    expect(first).not.toHaveProperty('replaced');
    const now = await discover({ name: 'us_equities', from }, optionsOf());
    expect(now).toMatchObject({ members: 25, delisted: 3 });
    for (const name of ['of', 'replaced']) expect(now).not.toHaveProperty(name);
    expect(await discover({ ...few, limit: 25 }, optionsOf())).toEqual(now);
    // What it takes the place of is told, once, and where it is no list nothing is.
    expect(await discover(few, optionsOf())).toEqual({ ...first, replaced: 25 });
    expect(await discover(few, optionsOf())).toEqual(first);
    await writeFile(now.path, 'torn');
    expect(await discover(few, optionsOf())).toEqual(first);
    const then = await discover({ name: 'us_equities', from, asOf: '2019-11-07' }, optionsOf());
    expect(then.path).toContain('us_equities_2019-11-07.json');
    const { members } = JSON.parse(await readFile(then.path, 'utf8'));
    const tickers = (members as { ticker: string }[]).map(({ ticker }) => ticker);
    expect(tickers).toContain('RUNO');
    expect(tickers).not.toContain('NYXA');
    const after = await discover({ name: 'us_equities', from, asOf: '2019-11-08' }, optionsOf());
    expect(after.members).toBe(then.members - 1);
  });

  it('is of a day that has begun where its members trade, and of no other', async () => {
    const at = optionsOf({ clock: () => Date.parse('2026-11-21T02:00:00Z') });
    const source = { name: 'us_equities', from: 'sample' };
    for (const asOf of ['2099-01-01', '2026-11-21'])
      await expect(discover({ ...source, asOf }, at)).rejects.toMatchObject({
        code: 'usage',
        message:
          `asOf ${asOf}: that day is yet to come, it is 2026-11-20 (America/New_York); ` +
          'name one that has begun, or leave it out',
      });
    await expect(readdir(join(store(), 'universes'))).rejects.toThrow('ENOENT');
    expect(await discover({ ...source, asOf: '2026-11-20' }, at)).toMatchObject({ date: '2026-11-20' });
    expect(await discover(source, at)).toMatchObject({ date: '2026-11-20' });
    const pairs = { ...source, name: 'crypto' };
    expect(await discover({ ...pairs, asOf: '2026-11-21' }, at)).toMatchObject({ date: '2026-11-21' });
    expect(await discover(pairs, at)).toMatchObject({ date: '2026-11-21' });
    // A source that knows of no day but today knows that of New York.
    answers = [{ body: file() }];
    const etfs = { name: 'etf', from: 'nasdaqtrader' };
    expect(await discover({ ...etfs, asOf: '2026-11-20' }, at)).toMatchObject({ date: '2026-11-20' });
  });

  it('is of an unknown type where the source tells none', async () => {
    const { url: at } = await start({ wire: 'alpaca' });
    const provider = { id: 'alpaca', url: at };
    const secrets = { keyId: 'PKSIMULATED', secretKey: 'simulated-secret' };
    const source = { from: 'alpaca', configOf: () => Promise.resolve(provider) };
    const { byType } = await discover({ name: 'all', ...source }, optionsOf({ secrets }));
    expect(Object.keys(byType).toSorted()).toEqual(['crypto', 'unknown']);
  });

  it('says of a category that nobody lists who would, and of a day that a source does not know', async () => {
    const all = await discover({ name: 'all', from: 'sample' }, optionsOf());
    expect(all.without).toEqual(['options', 'indices', 'otc']);
    await expect(discover({ name: 'otc', from: 'sample' }, optionsOf())).rejects.toThrow(
      'discover otc: sample does not list otc (shares that are traded over the counter)',
    );
    await expect(discover({ name: 'etf', asOf: '2019-01-02' }, optionsOf())).rejects.toThrow(
      'asOf 2019-01-02: nasdaqtrader lists only what trades today',
    );
    await expect(discover({ name: 'shares' }, optionsOf())).rejects.toThrow(
      'discover shares: there is no such category; there are us_equities, etf,',
    );
    expect(asked).toBe(0);
  });
});
