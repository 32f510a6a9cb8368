import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { beside, stopBeside } from '../simulator/beside.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// What a first answer says that its prices are in is kept, and every later one is held against it.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopBeside();
  await stopAll();
  await folder.remove();
});

/** What a run over two tickers makes of answers for the first that say such a currency, and what is kept of it. */
async function ran(id: 'yahoo' | 'sample', said: unknown) {
  const simulator = await start({ wire: id });
  const server = await beside(simulator.url, (path, answer) => {
    const body = answer.body.toString();
    if (!path.includes('ALFA')) return answer;
    return {
      ...answer,
      body: Buffer.from(body.replaceAll(/"currency":"[A-Z]{3}"/g, `"currency":${JSON.stringify(said)}`)),
    };
  });
  const history = openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ quotas: [], workers: 1, concurrency: 1, provider: { id, url: server.url } },
  });
  try {
    const { failures } = await history.backfill({ tickers: ['ALFA'], days: 20 });
    const stored = await history.seriesStatus({ tickers: ['ALFA'] });
    return { failures, kept: stored.map(({ currency }) => currency) };
  } finally {
    await history.close();
  }
}

describe.each(['yahoo', 'sample'] as const)('a first answer of %s', (id) => {
  it('is kept by the code of its currency', async () => {
    expect(await ran(id, 'usd ')).toEqual({ failures: [], kept: ['USD'] });
  });

  it('keeps pence apart from pounds', async () => {
    expect(await ran(id, 'GBp')).toEqual({ failures: [], kept: ['GBp'] });
  });

  it.each([
    ['digits', '123'],
    ['an emoji', '💶'],
    ['a long text', 'x'.repeat(40_000)],
    ['pounds or pence', 'gbp'],
  ])(
    'in no currency is stored of no ticker, by name: %s',
    async (_, said) => {
      const { failures, kept } = await ran(id, said);
      expect(kept).toEqual([]);
      expect(failures).toMatchObject([{ ticker: 'ALFA', code: 'bad-answer' }]);
      const [{ message } = { message: '' }] = failures;
      expect(message).toMatch(
        /^the answer for ALFA says that its prices are in ".*", which is no currency; none of it is stored$/,
      );
      expect(message.length).toBeLessThan(160);
    },
    30_000,
  );
});
