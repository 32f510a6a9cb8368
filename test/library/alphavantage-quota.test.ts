import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { NOW, type Logged, start, stopAll } from '../simulator/running.ts';

const KEY = 'TESTFREE';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-alphavantage-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

/** A run of a free key that counts so many requests in a window that no test meets the end of. */
async function run(simulator: Logged, tickers: readonly string[], counted: string): Promise<RunSummary> {
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'alphavantage', url: simulator.url },
    secrets: { key: KEY },
    stateFolder: join(folder, 'state'),
    quotas: parseQuotas(counted),
    clock: () => NOW,
  });
  try {
    return await history.backfill({ tickers, days: 60 });
  } finally {
    await history.close();
  }
}

/** What stands in all files below a folder. */
async function everythingIn(path: string): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  return texts.join('\n');
}

const TICKERS = ['ALFA', 'NYXA', 'QAAUSD=X', 'BRIQ'];

describe('a day of few requests', () => {
  it('ends a run where it is used up by our count, and is gone on with by the next', async () => {
    const simulator = await start({ wire: 'alphavantage' });
    const summary = await run(simulator, TICKERS, '7/366day');
    // The pair takes one request and each share three: the pair closes most for it.
    expect(simulator.entries.map(({ symbol }) => symbol)).toEqual([
      'QAAUSD=X',
      ...['ALFA', 'ALFA', 'ALFA', 'NYXA', 'NYXA', 'NYXA'],
    ]);
    expect(summary).toMatchObject({
      stopped: { reason: 'quota-exhausted' },
      fetched: 3,
      notRun: 1,
      failed: 0,
    });
    const again = await run(simulator, TICKERS, '10/366day');
    expect(simulator.entries).toHaveLength(10);
    expect(again).toMatchObject({ stopped: null, fetched: 1 });
  });

  it('is over where the server says so, for the next run too, and nothing says the key that it repeats', async () => {
    const simulator = await start({ wire: 'alphavantage', limits: '4/366day' });
    const summary = await run(simulator, TICKERS, '25/366day');
    expect(simulator.entries.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 4 }, () => 'ok'),
      'limited',
    ]);
    expect(summary).toMatchObject({
      stopped: { reason: 'quota-exhausted' },
      fetched: 2,
      notRun: 2,
      failed: 0,
    });
    expect(summary.opens?.inMs).toBeGreaterThan(0);
    expect(summaryText(summary, UNBOUNDED).join('\n')).toContain('It opens again at');
    const again = await run(simulator, TICKERS, '25/366day');
    expect(again).toMatchObject({ stopped: { reason: 'quota-exhausted' }, sent: 0 });
    expect(simulator.entries).toHaveLength(5);
    const said = `${JSON.stringify([summary, again, simulator.entries])} ${await everythingIn(folder)}`;
    expect(said).toContain('QAAUSD=X');
    expect(said).not.toContain(KEY);
  });

  it('of which only the server counts says so', async () => {
    const simulator = await start({ wire: 'alphavantage', limits: '1/366day' });
    const summary = await run(simulator, ['QAAUSD=X', 'QBBUSD=X'], '100/s');
    expect(summary).toMatchObject({ stopped: { reason: 'quota-exhausted' }, opens: null, fetched: 1 });
    expect(summaryText(summary, UNBOUNDED).join('\n')).toContain('the requests of its day are used up');
  });
});

it('a paid plan that a key was used with is what the status of its quota is told by', async () => {
  const simulator = await start({ wire: 'alphavantage' });
  const historyOf = (settings: Readonly<Record<string, string>>) =>
    openHistory({
      store: join(folder, 'data'),
      provider: { id: 'alphavantage', url: simulator.url, settings },
      secrets: { key: 'TESTPREMIUM' },
      stateFolder: join(folder, 'state'),
      clock: () => NOW,
    });
  const paid = historyOf({ tier: '75' });
  expect(await paid.backfill({ tickers: ['ALFA', 'NYXA'], days: 60 })).toMatchObject({ fetched: 2 });
  await paid.close();
  const limits = async (settings: Readonly<Record<string, string>>): Promise<unknown> =>
    (await historyOf(settings).status()).quotas.map(({ key, windows }) => [
      key,
      windows.flatMap(({ requests, perMs }) => (requests === null ? [] : [{ requests, perMs }])),
    ]);
  expect(await limits({})).toEqual([['own', parseQuotas('75/min')]]);
  expect(await limits({ tier: 'free' })).toEqual([['own', parseQuotas('25/day,1/s')]]);
});
