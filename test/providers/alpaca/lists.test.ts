import { describe, expect, it } from 'vitest';
import { NO_BARS } from './serving.ts';
import { stopAfterEach, JANUARY, SHARES, ask, codeOf } from './asked.ts';

stopAfterEach();

describe('a list', () => {
  it('of which a symbol is on no page has no bars of that, which proves its days', async () => {
    const first =
      '{"bars":{"AAPL":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":"more"}';
    const last =
      '{"bars":{"MSFT":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":null}';
    const { shares, parts } = await ask({ tickers: ['AAPL', 'GONE', 'MSFT'] }, ({ path, query }) =>
      path === SHARES ? { body: query.get('page_token') === 'more' ? last : first } : undefined,
    );
    expect(shares).toHaveLength(2);
    for (const [ticker, rows] of [
      ['AAPL', 1],
      ['GONE', 0],
      ['MSFT', 1],
    ] as const)
      expect(parts.get(ticker)).toMatchObject({ answer: { bars: { length: rows }, proven: JANUARY } });
  });

  it('of which a page does not come proves nothing of any symbol', async () => {
    const first =
      '{"bars":{"AAPL":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":"more"}';
    const { parts } = await ask({ tickers: ['AAPL', 'MSFT'] }, ({ path, query }) => {
      if (path !== SHARES) return undefined;
      return query.has('page_token')
        ? { status: 500, body: '{"message":"internal server error"}' }
        : { body: first };
    });
    expect([...parts.values()].map(codeOf)).toEqual(['provider-fault', 'provider-fault']);
  });

  it('goes on without a symbol that has it refused by name', async () => {
    const { shares, parts } = await ask(
      { tickers: ['AAPL', 'BRK-B', 'ABC-U', 'MSFT'] },
      ({ path, query }) => {
        const symbols = query.get('symbols') ?? '';
        if (symbols.includes('ABC~U')) return { status: 400, body: '{"message":"invalid symbol: ABC~U"}' };
        return path === SHARES ? { body: NO_BARS } : undefined;
      },
    );
    expect(shares.map((query) => query.get('symbols'))).toEqual(['AAPL,BRK.B,MSFT']);
    expect(Object.fromEntries([...parts].map(([ticker, part]) => [ticker, codeOf(part)]))).toEqual({
      ...{ AAPL: 'bars', 'BRK-B': 'bars', 'ABC-U': 'unknown-ticker', MSFT: 'bars' },
    });
  });

  it('finds a symbol that has it refused without a name', async () => {
    const tickers = ['AAPL', 'AMD', 'BADD', 'MSFT', 'ORCL'];
    const { parts, shares } = await ask({ tickers }, ({ path, query }) => {
      if (path !== SHARES) return undefined;
      const isBad = (query.get('symbols') ?? '').includes('BADD');
      return isBad ? { status: 400, body: '{"message":"invalid symbol"}' } : { body: NO_BARS };
    });
    expect(tickers.map((ticker) => codeOf(parts.get(ticker)))).toEqual([
      'bars',
      'bars',
      'unknown-ticker',
      'bars',
      'bars',
    ]);
    expect(shares.map((query) => query.get('symbols'))).toEqual([
      'AAPL,AMD,BADD,MSFT,ORCL',
      'AAPL,AMD,BADD',
      'AAPL,AMD',
      'BADD',
      'MSFT,ORCL',
    ]);
  });
});
