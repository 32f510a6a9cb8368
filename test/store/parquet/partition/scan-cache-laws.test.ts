import { access, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { openScanCache, ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import type { Scan } from '../../../../src/store/scan.ts';
import { days } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';
import { beginEmpty, file, MANY, root, scanBy, settling, TICK_MS, upsert } from './cached-store.ts';
import { rounds } from '../../../needs.ts';

beginEmpty();

/** What may happen to a store between two scans. */
const EVENT = fc.oneof(
  fc.record({ do: fc.constant('upsert' as const), ticker: fc.constantFrom('A', 'B', 'C'), n: fc.nat(3) }),
  fc.record({
    do: fc.constantFrom('delete', 'edit', 'swap', 'forget', 'actions', 'reload'),
    ticker: fc.constantFrom('A', 'B', 'C'),
    n: fc.nat(3),
  }),
);

it(
  'with a cache says what it says without, and which files another hand took, whatever happens to them',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(EVENT, { minLength: 1, maxLength: 12 }), async (events) => {
        await rm(root, { recursive: true, force: true });
        await mkdir(root);
        let cache = new ScanCache();
        const taken = new Set<string>();
        for (const event of events) {
          if (await happen(event)) taken.add(file(event.ticker));
          await sleep(2 * TICK_MS);
          if (event.do === 'reload') {
            await cache.save(openFolder(root));
            cache = (await openScanCache(openFolder(root), MANY)) ?? cache;
          }
          const by = await scanBy(cache, await settling());
          const gone = new Set(
            (by.lost ?? []).flatMap((one) => (one.reason.startsWith('gone') ? one.path : [])),
          );
          expect(without(by, gone)).toEqual(without(await scanBy(undefined), gone));
          for (const path of gone) {
            expect(taken).toContain(path);
            await expect(access(join(root, path))).rejects.toThrow('ENOENT');
          }
        }
      }),
      { numRuns: rounds(25) },
    );
  },
);

/** A scan without what is lost of some files. */
function without({ lost = [], held = new Map(), ...found }: Scan, gone: ReadonlySet<string>): object {
  const isLeft = (path: string): boolean => !gone.has(path);
  return {
    ...found,
    lost: lost.filter(({ path }) => isLeft(path)),
    held: [...held].filter(([path]) => isLeft(path)),
  };
}

/** Whether a file was taken away behind our back. */
async function happen({ do: what, ticker, n }: { do: string; ticker: string; n: number }): Promise<boolean> {
  const path = join(root, file(ticker));
  const store = openParquetStore(root);
  try {
    if (what === 'upsert') await upsert(ticker, 100 + n);
    if (what === 'delete') await rm(path);
    if (what === 'forget') await store.forget({ ticker, interval: '1d' }, FORGOTTEN[n]);
    if (what === 'actions')
      await tellActions(store, ticker, [], days(`2026-0${n + 1}-01`, `2026-0${n + 2}-01`), 'sample', 0);
    if (what === 'edit') {
      const bytes = await readFile(path);
      const at = bytes.indexOf('"note":"1') + 10 + n;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
    }
    if (what === 'swap') await cp(path, join(root, file('A')));
  } catch (error) {
    // There may be nothing to change, or what is there may be damaged by then.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  await mkdir(dirname(path), { recursive: true });
  return what === 'delete';
}

/** A part, or all. */
const FORGOTTEN = [undefined, days('2026-02-24', '2026-02-26'), undefined, days('2026-02-23', '2026-02-24')];
