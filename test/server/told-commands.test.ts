import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackfillError, type History, openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, WEEK, WEEK_DAYS, coverage, update } from '../store/fixtures.ts';
import { ask } from './ask.ts';
import { begun } from './run-events.ts';

// Pages propose commands, which are pasted in any folder.

let folder = '';
let store = '';
let history: History;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-told-'));
  store = join(folder, "my client's prices");
  await mkdir(store);
  await openStore(store).upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
  history = openHistory({ store, stateFolder: folder, clock: () => NOON });
});
afterAll(async () => {
  await history.close();
  await rm(folder, { recursive: true });
});

/** What a store is called in a command: the `'` of it as a shell needs that. */
const inShell = (): string => `'${store.replace("'", String.raw`'\''`)}'`;

/** What the data of a page says, whatever JSON made of its quotes. */
const unquoted = (body: string): string =>
  body.replaceAll(String.raw`\\`, '\\').replaceAll(String.raw`\"`, '"');

/** What a dashboard tells, as it comes. */
function listen(url: string): { readonly all: () => string; readonly close: () => void } {
  let all = '';
  const listening = get(`${url}events`, (response) =>
    response.setEncoding('utf8').on('data', (part: string) => (all += part)),
  );
  return { all: () => unquoted(all), close: () => void listening.destroy() };
}

describe('a command that a page proposes', () => {
  it('names the store of the page by its whole path, as a shell takes it, without an odd space', async () => {
    const own = await startDashboard({ history, store: relative(process.cwd(), store), port: 0 });
    const { body } = await ask(own.url, '/runs/nosuch');
    expect(unquoted(body)).toContain(`backfill --store ${inShell()} runs lists the last ones`);
    expect(body).not.toContain('\u00A0');
    const { body: report } = await ask(own.url, '/coverage');
    for (const what of ['issues', 'revisions'])
      expect(unquoted(report)).toContain(`"check-data --store ${inShell()} --${what} --all"`);
    await own.close();
  });

  it('is so in what a run said, also as it goes on, and a run asks the same source', async () => {
    const source = " --provider csv --provider-url 'csv=my files'";
    const own = await startDashboard({ history, store, port: 0, hasRuns: true, source });
    const before = listen(own.url);
    await expect.poll(before.all).toContain('event: store');
    own.observer.note(begun('run-1'));
    await expect.poll(before.all).toContain('"number":1');
    const why = 'AAPL 1d: to take that: backfill AAPL --no-gaps; to see it: backfill plot AAPL';
    own.observer.failed(new BackfillError('bad-answer', why));
    const after = listen(own.url);
    for (const [{ all }, event] of [
      [before, 'change'],
      [after, 'run'],
    ] as const)
      await expect
        .poll(() => all().split(`event: ${event}`).at(-1))
        .toContain(
          `to take that: backfill --store ${inShell()}${source} AAPL --no-gaps; to see it: backfill --store ${inShell()} plot AAPL`,
        );
    before.close();
    after.close();
    await own.close();
  });

  it('is as it was said in what another process is carrying out', async () => {
    const writer = { pid: 4711, host: 'lake', command: 'backfill AAPL --days 5', since: NOON };
    const watched: History = { ...history, status: async () => ({ ...(await history.status()), writer }) };
    const own = await startDashboard({ history: watched, store, port: 0 });
    const { all, close } = listen(own.url);
    await expect.poll(all).toContain('UTC: backfill AAPL --days 5"');
    close();
    await own.close();
  });

  it.each([
    ['postgres://ann:sec%23ret@db.example:5432/prices', 'postgres://ann@db.example:5432/prices'],
    ['postgres://ann@db.example/prices?password=sec%23ret', 'postgres://ann@db.example:5432/prices'],
  ])('has no password of a store in PostgreSQL in it: %s', async (url, shown) => {
    // Nobody is asked there.
    const own = await startDashboard({ history, store: url, port: 0 });
    const { body } = await ask(own.url, '/runs/nosuch');
    expect(body).toContain(`backfill --store ${shown}`);
    for (const path of ['/', '/series', '/runs', '/runs/nosuch', '/coverage', '/series/AAPL/1d'])
      expect((await ask(own.url, path)).body).not.toMatch(/sec(?:%23|#)ret/);
    await own.close();
  });
});
