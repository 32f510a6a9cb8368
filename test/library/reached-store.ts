import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import type { SqlValue } from '../../src/store/sql.ts';
import { coverage, daily, days, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

export const SECRET = 'nobody-reads-this';

/** A store beside files and behind links that no query may reach, made once. */
export let folder = '';
export let store = '';
export let before: Map<string, string>;

export async function ask(sql: string, at = store): Promise<(readonly SqlValue[])[]> {
  return openHistory({ store: at }).query(sql, async ({ blocks }) => {
    const rows = [];
    for await (const block of blocks()) rows.push(...block);
    return rows;
  });
}

/** Every file below the folder with its content. */
export async function content(): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(paths.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const)),
  );
}

/** Has the tests of a file share that store. */
export function beginReached(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-reach-'));
    store = join(folder, 'store');
    const week = ['2026-02-23', '2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27'];
    const learned = coverage({ present: [days('2026-02-23', '2026-02-28')] });
    const bars = week.map((day, i) => daily(day, { close: 100 + i / 10 }));
    for (const ticker of ['AAPL', 'MSFT'])
      await openStore(store).upsert(update(bars, { series: { ticker, interval: '1d' }, learned }));
    const split = { kind: 'split', exDay: 20_500, ratio: 2 } as const;
    for (const [ticker, actions] of [
      ['AAPL', [split]],
      ['MSFT', []],
    ] as const)
      await tellActions(openStore(store), ticker, actions, days('2026-02-20', '2026-03-01'), 'sample', 0);
    await mkdir(join(folder, 'outside'));
    for (const name of ['secret.txt', 'secret.csv', 'secret.json', 'schema.sql', 'load.sql'])
      await writeFile(join(folder, 'outside', name), `a,b\n${SECRET},1\n`);
    await writeFile(join(store, 'own.txt'), SECRET);
    // Links that somebody left in the store.
    await symlink(join(folder, 'outside'), join(store, 'out'));
    await symlink(join(folder, 'outside'), join(store, 'bars', 'out'));
    await symlink(join(folder, 'outside', 'secret.txt'), join(store, 'bars', 'secret.txt'));
    before = await content();
  });
  afterAll(() => rm(folder, { recursive: true }));
}
