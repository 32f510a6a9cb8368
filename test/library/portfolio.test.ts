import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';

let folder = '';
const open: History[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-portfolio-'));
});
afterEach(async () => {
  for (const history of open.splice(0)) await history.close();
  await stopAll();
  await rm(folder, { recursive: true });
});

describe('the portfolio', () => {
  it('is a file of the user from the first run on, which no run changes again', async () => {
    const simulator = await start();
    const store = join(folder, 'data');
    const path = join(store, 'portfolio.txt');
    const history = openHistory({
      ...{ store, stateFolder: join(folder, 'state'), clock: () => NOW, workers: 1 },
      provider: { id: 'yahoo', url: simulator.url },
    });
    open.push(history);
    expect((await history.plan()).totals.series).toBe(40);
    await expect(readFile(path)).rejects.toThrow('ENOENT');
    await history.backfill({ days: 1 });
    expect(await readFile(path, 'utf8')).toMatch(/^# Your portfolio: .*\n[\s\S]*BRK-B/);
    await writeFile(path, 'ALFA # mine\nBRVO.PA\n');
    await history.backfill({ days: 1 });
    expect(await readFile(path, 'utf8')).toBe('ALFA # mine\nBRVO.PA\n');
    expect((await history.plan({ tickers: 'portfolio' })).totals.series).toBe(2);
    expect((await history.doctor()).damages).toEqual([]);
    await writeFile(path, '# nothing\nA$B\n');
    await expect(history.plan()).rejects.toThrow(`${path}, line 2: "A$B" is not a ticker`);
  });
});
