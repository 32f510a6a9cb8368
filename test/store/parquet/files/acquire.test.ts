import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMP_NAME } from '../../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { coverage, daily, days, NO_DAYS, update } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';
import { DEAD, sleeper } from '../dead-pid.ts';
import { beginEmpty, root } from './noted-folder.ts';

beginEmpty();

describe('acquire', () => {
  it('sweeps the temp files of dead writers and nothing else', async () => {
    const store = openParquetStore(root);
    await store.upsert(update([daily('2026-02-27')]));
    await tellActions(store, 'AAPL', [{ kind: 'split', exDay: 18_505, ratio: 4 }], NO_DAYS, 'sample', 0);
    await store.upsert(update([daily('2026-02-27')], { series: { ticker: 'AAPL', interval: '1m' } }));
    await store.saveRun(0, {});
    for (const close of [101, 102]) {
      const learned = coverage({ present: [days('2026-02-27', '2026-02-28')] });
      await store.upsert(update([daily('2026-02-27', { close })], { learned }));
    }
    const folders = [
      '.',
      'revisions/interval=1d/ticker=AAPL/period=all',
      'bars/interval=1d/ticker=AAPL/period=all',
      'bars/interval=1m/ticker=AAPL/period=2026-02',
      'actions/ticker=AAPL',
      'runs',
    ];
    const before = await readdir(root, { recursive: true });
    const swept = folders.map((folder) => join(folder, `.bars.${DEAD}-0-3.tmp`));
    const kept = folders.flatMap((folder) => [join(folder, 'mine.tmp'), join(folder, '.bars.old.tmp')]);
    // The folder of a series that never got its first commit.
    await mkdir(join(root, 'bars/interval=1d/ticker=NEW/period=all'), { recursive: true });
    swept.push(`bars/interval=1d/ticker=NEW/period=all/.bars.${DEAD}-4-0.tmp`);
    for (const path of [...swept, ...kept]) await writeFile(join(root, path), '');
    await (await store.acquire()).release();
    const after = await readdir(root, { recursive: true });
    const added = after.filter((path) => !before.includes(path) && !path.includes('ticker=NEW'));
    expect(added.toSorted()).toEqual(['.lock', ...kept].toSorted());
    expect(after.filter((path) => swept.includes(path))).toEqual([]);
  });

  it('sweeps after a holder that did not let go in good order, and only then', async () => {
    const store = openParquetStore(root);
    const litter = `.bars.${DEAD}-0-3.tmp`;
    const isLeft = async (): Promise<boolean> => (await readdir(root)).includes(litter);
    await (await store.acquire()).release();
    await writeFile(join(root, litter), '');
    const orderly = await store.acquire();
    expect(await isLeft()).toBe(true);
    const words = await readFile(join(root, '.lock'), 'utf8');
    orderly.noteTrouble();
    await orderly.release();
    await (await store.acquire()).release();
    expect(await isLeft()).toBe(false);
    await writeFile(join(root, litter), '');
    await writeFile(join(root, '.lock'), words);
    await store.examine({ now: 0, fix: true });
    await writeFile(join(root, litter), '');
    await (await store.acquire()).release();
    expect(await isLeft()).toBe(false);
  });

  it('leaves what another process that lives may be at, for a day', async () => {
    const store = openParquetStore(root);
    await (await store.acquire()).release();
    const other = sleeper();
    const [fresh, old] = [`.bars.${other.pid}-0-0.tmp`, `.bars.${other.pid}-0-1.tmp`];
    const own = `.bars.${process.pid}-0-9999.tmp`;
    for (const name of [fresh, old, own]) await writeFile(join(root, name), '');
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    await utimes(join(root, old), twoDaysAgo, twoDaysAgo);
    const sweep = async (): Promise<string[]> => {
      await rm(join(root, '.lock'));
      await (await store.acquire()).release();
      return (await readdir(root)).filter((name) => TEMP_NAME.test(name));
    };
    expect(await sweep()).toEqual([fresh]);
    await other.end();
    expect(await sweep()).toEqual([]);
  });

  it('gives temp files names that no glob for data matches', () => {
    expect('.bars.123-0-7.tmp').toMatch(TEMP_NAME);
    expect('.20261120T211500Z-3f9a.123-0-7.tmp').toMatch(TEMP_NAME);
    for (const name of ['bars.parquet', '.lock', 'bars.123-0-7.tmp', '.bars.parquet'])
      expect(name).not.toMatch(TEMP_NAME);
  });
});
