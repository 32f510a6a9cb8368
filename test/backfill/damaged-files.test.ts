import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BackfillTools, backfill } from '../../src/backfill/backfill.ts';
import { openStore } from '../../src/store/open.ts';
import { rotRows } from '../store/rot.ts';
import { beginEmpty, folder, store } from './store-at.ts';
import { open, tools, WEEK } from './faulty-sample.ts';

beginEmpty();

describe('a backfill', () => {
  it('sets a damaged file of corporate actions aside, says so and fetches them again', async () => {
    await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    const path = 'actions/ticker=ALFA/actions.parquet';
    await writeFile(join(folder, path), 'damaged');
    const again = await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()));
    expect(again).toMatchObject({ fetched: 1, failed: 0, setAside: [{ path }] });
    expect((await store.scan()).actions.has('ALFA')).toBe(true);
  });

  it('fails visibly where the rows of a partition are damaged; the next run fills the whole gap', async () => {
    const request = { tickers: ['ALFA'], ...WEEK };
    await backfill(request, tools(open()));
    await rotRows(join(folder, 'bars/interval=1d/ticker=ALFA/period=all/bars.parquet'));
    const later = { ...request, end: '2025-06-10' };
    const failed = await backfill(later, tools(open()));
    expect(failed).toMatchObject({ failed: 1, failures: [{ ticker: 'ALFA', code: 'store-corrupt' }] });
    expect(await backfill(later, tools(open()))).toMatchObject({ failed: 0, inserted: 7 });
  });

  it('fails where a folder lies in place of a file, and only there', async () => {
    const request = { tickers: ['NYXA', 'ALFA', 'ORBL'], ...WEEK };
    const path = 'bars/interval=1d/ticker=NYXA/period=all/bars.parquet';
    await mkdir(join(folder, path), { recursive: true });
    const summary = await backfill(request, tools(open()));
    expect(summary).toMatchObject({ fetched: 2, failed: 1, notRun: 0, stopped: null, setAside: [{ path }] });
    expect(summary.failures).toMatchObject([{ ticker: 'NYXA', code: 'store-unusable' }]);
  });

  it('lets the next writer look after what a thread left that met trouble with the disk', async () => {
    const words = (): Promise<string> => readFile(join(folder, '.lock'), 'utf8');
    const request = { tickers: ['NYXA', 'ALFA'], ...WEEK };
    // Threads have a store of their own.
    const source = open();
    const inThread = (): BackfillTools => ({ ...tools(source), store: openStore(folder) });
    const path = 'bars/interval=1d/ticker=NYXA/period=all/bars.parquet';
    await mkdir(join(folder, path), { recursive: true });
    await backfill(request, inThread());
    expect(await words()).not.toBe('released\n');
    await rm(join(folder, path), { recursive: true });
    await backfill(request, inThread());
    expect(await words()).toBe('released\n');
  });

  it('is not kept from its bars by a ledger of renames that another hand broke', async () => {
    await writeFile(join(folder, 'renames.json'), '{');
    expect(await backfill({ tickers: ['ALFA'], ...WEEK }, tools(open()))).toMatchObject({
      failed: 0,
      inserted: 5,
      renamesUnread: expect.stringMatching(/^renames\.json is no list of renames; /),
    });
  });
});
