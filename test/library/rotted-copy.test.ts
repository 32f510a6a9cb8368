import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WEEK } from '../store/fixtures.ts';
import { beginStored, everything, history, root } from './forgotten-store.ts';

beginStored();

describe('a copy that rotted', () => {
  const at5m = 'bars/interval=5m/ticker=AAPL/period=2026/bars.parquet';

  async function rot(id: string | null, path: string): Promise<string> {
    const file = join(root, 'quarantine', 'forgotten', id ?? '', path);
    await writeFile(file, (await readFile(file)).fill(0xff, 4, 60));
    return file;
  }

  it('is named with what to ask for, and the rest comes back without it', async () => {
    const { id } = await history.forget('all');
    const now = await everything();
    const file = await rot(id, at5m);
    await expect(history.restore(id ?? '')).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringMatching(
        new RegExp(
          `^quarantine/forgotten/${id}/${at5m} is damaged: its rows [^\\n;]*; the copy stays, and nothing is brought back; ` +
            'to ask for what it held: backfill --tickers AAPL --interval 5m --start 2025-12-31 --end 2026-01-02 ' +
            'with the provider that it was from; to bring back the rest, remove that file and restore again$',
        ),
      ),
    });
    expect(await everything()).toEqual(now);
    await rm(file);
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 2 * WEEK.length + 1, actions: 1 });
  });

  it('is named with no rest where there is none', async () => {
    const { id } = await history.forget('MSFT', { intervals: ['1d'] });
    await rot(id, 'bars/interval=1d/ticker=MSFT/period=all/bars.parquet');
    await expect(history.restore(id ?? '')).rejects.toThrow(
      /: backfill --tickers MSFT --start 2026-02-23 --end 2026-02-27 with the provider that it was from$/,
    );
  });

  it('that does not say what it is names what to do, in one line', async () => {
    const { id } = await history.forget('MSFT');
    await writeFile(join(root, 'quarantine', 'forgotten', id ?? '', 'forgotten.json'), '{');
    for (const call of [() => history.forgotten(), () => history.restore(id ?? '')])
      await expect(call()).rejects.toThrow(
        `quarantine/forgotten/${id}/forgotten.json does not say what was forgotten; move quarantine/forgotten/${id} out of the store `,
      );
  });
});
