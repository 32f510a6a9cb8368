import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { parseQuotas } from '../../src/core/plan/quota.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { NOW, type Logged, start, stopAll } from '../simulator/running.ts';

/** Windows in which no test meets a boundary. */
const ONE = '1/366day';
const WINDOW_MS = 366 * 86_400_000;

let folder = '';
let simulator: Logged;
let told: Extract<BackfillEvent, { type: 'listed' }>[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-listed-'));
  simulator = await start({ wire: 'sample' });
  told = [];
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

/** A history of all that the provider lists. */
function historyOf(quotas: string, seed = 1): History {
  return openHistory({
    store: join(folder, 'data'),
    provider: { id: 'sample', url: simulator.url, settings: { seed } },
    stateFolder: join(folder, 'state'),
    quotas: parseQuotas(quotas),
    clock: () => NOW,
  });
}

const notes = (quotas: string): ReturnType<History['notes']> => historyOf(quotas).notes();

/** How many series of all that the provider lists would be filled. */
async function planned(quotas: string, seed = 1): Promise<number> {
  const history = historyOf(quotas, seed);
  try {
    const { totals } = await history.plan({
      days: 1,
      onEvent: (event) => void (event.type === 'listed' && told.push(event)),
    });
    return totals.series;
  } finally {
    await history.close();
  }
}

/** The file of the list that is kept. */
async function kept(): Promise<string> {
  const [name = '', ...more] = await readdir(join(folder, 'state/tickers'));
  expect(more).toEqual([]);
  return join(folder, 'state/tickers', name);
}

describe('the list of a provider’s tickers', () => {
  it('is asked for once where that uses a counted quota up, and says until when it counts', async () => {
    const all = await planned(ONE);
    expect(all).toBeGreaterThan(20);
    expect(await planned(ONE)).toBe(all);
    expect(simulator.entries).toHaveLength(1);
    const [first, second] = told;
    expect(first).toEqual(second);
    expect(first).toMatchObject({ provider: 'sample', tickers: all, path: await kept() });
    expect(first?.staleAt).toBe((first?.listedAt ?? 0) + 20 * WINDOW_MS);
  });

  it('is asked for again once that takes no more than a twentieth of the quota', async () => {
    await planned('1000/366day');
    const list = JSON.parse(await readFile(await kept(), 'utf8')) as { listedAt: number };
    const aged = async (ms: number): Promise<void> =>
      writeFile(await kept(), JSON.stringify({ ...list, seal: undefined, listedAt: list.listedAt - ms }));
    await aged((20 * WINDOW_MS) / 1000 - 60_000);
    await planned('1000/366day');
    expect(simulator.entries).toHaveLength(1);
    await aged((20 * WINDOW_MS) / 1000);
    await planned('1000/366day');
    expect(simulator.entries).toHaveLength(2);
  });

  it.each([
    ['another configuration', async () => undefined, 2],
    ['a file that is spoilt', async () => writeFile(await kept(), '{"tickers":["ALFA"],"requests":1'), 1],
    [
      'a file of another list',
      async () => writeFile(await kept(), (await readFile(await kept(), 'utf8')).replace('ALFA', 'BLFA')),
      1,
    ],
    ['a file of another shape', async () => writeFile(await kept(), '{"tickers":[1],"requests":1}'), 1],
    ['a list of the future', async () => ahead(), 1],
  ])('is not taken from %s', async (_, spoil, seed) => {
    const all = await planned('3/366day');
    await spoil();
    expect(await planned('3/366day', seed)).toBe(all);
    expect(simulator.entries).toHaveLength(2);
  });

  async function ahead(): Promise<void> {
    const list = JSON.parse(await readFile(await kept(), 'utf8')) as object;
    await writeFile(
      await kept(),
      JSON.stringify({ ...list, seal: undefined, listedAt: Date.now() + 60_000 }),
    );
  }

  it('is asked for every time where no quota is counted, and nothing is kept', async () => {
    await planned('600/min');
    await planned('600/min');
    expect(simulator.entries).toHaveLength(2);
    expect([told, await readdir(join(folder, 'state'))]).toEqual([[], ['quota']]);
  });

  it('is not asked for where nobody knows what was used of the quota, which is said', async () => {
    await planned('3/366day');
    const quota = join(folder, 'state/quota');
    const name = (await readdir(quota)).find((one) => one.endsWith('.json')) ?? '';
    expect(await notes('3/366day')).toEqual([]);
    await writeFile(join(quota, name), '{"nextAt":0,"paus');
    await rm(join(folder, 'state/tickers'), { recursive: true });
    const line = new RegExp(
      `^the record of the quota could not be read \\(.*${name}\\): what was used of 3 req/366day is not known ` +
        'and counts as all of it, until it opens again at .*; if you know that nothing was used, remove the file$',
    );
    expect(await notes('3/366day')).toEqual([
      { kind: 'warning', text: expect.stringMatching(line) as string },
    ]);
    await expect(planned('3/366day')).rejects.toMatchObject({ code: 'quota-exhausted' });
    // The record is written anew by now, and still does not know.
    expect(await notes('3/366day')).toEqual([
      { kind: 'warning', text: expect.stringMatching(line) as string },
    ]);
    await expect(planned('3/366day')).rejects.toMatchObject({ code: 'quota-exhausted' });
    expect(simulator.entries).toHaveLength(1);
    await rm(join(quota, name));
    expect(await notes('3/366day')).toEqual([]);
    await planned('3/366day');
  });

  it('that the quota does not reach for says when it can be had', async () => {
    await planned(ONE);
    await rm(join(folder, 'state/tickers'), { recursive: true });
    await expect(planned(ONE)).rejects.toMatchObject({
      code: 'quota-exhausted',
      message: expect.stringMatching(
        /^Quota used up before sample had listed its tickers\. It opens again at \d\d:\d\d.* \(in .+\): run the same command then\.$/,
      ) as string,
    });
    expect(simulator.entries).toHaveLength(1);
  });
});
