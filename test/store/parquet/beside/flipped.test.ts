import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../../src/core/session/day.ts';
import { readMembers, tickerEntry } from '../../../../src/core/universe/read-members.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { AAPL, WEEK_DAYS, coverage, daily, update } from '../../fixtures.ts';
import { everyFlip } from '../../../flipped-bits.ts';

const NOON = Date.UTC(2026, 2, 2, 12);
let root = '';
let store: BarStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'backfill-flips-'));
  store = openParquetStore(root);
});
afterEach(() => rm(root, { recursive: true }));

/** What is read of a file with each of its bits flipped; a refusal is its message. */
async function readFlipped<T>(path: string, read: () => Promise<T>): Promise<Map<string, T | string>> {
  const bytes = await readFile(join(root, path));
  const all = new Map<string, T | string>();
  for (const { bytes: flipped, where } of everyFlip(bytes)) {
    await writeFile(join(root, path), flipped);
    all.set(
      where,
      await read().catch((error: { code?: string; message: string }) => `${error.code}: ${error.message}`),
    );
  }
  await writeFile(join(root, path), bytes);
  return all;
}

const RECORD = {
  ...{ provider: 'sample', startedAt: NOON, endedAt: NOON + 1000, failed: 1, fetched: 1 },
  left: [{ why: 'failed', interval: '1d', from: '2026-02-02', to: '2026-02-27', tickers: ['ALFA'] }],
};

describe('a flipped bit', () => {
  it('in the record of a run makes it no record, or changes nothing of what the run says', async () => {
    const id = await store.saveRun(NOON, RECORD);
    const path = `runs/${id}.json`;
    const read = await readFlipped(path, () => store.readRuns(9));
    let spoilt = 0;
    for (const [where, runs] of read) {
      if (JSON.stringify(runs) === JSON.stringify([{ id, record: null }])) spoilt++;
      else expect(runs, where).toEqual([{ id, record: expect.objectContaining(RECORD) as object }]);
    }
    expect(spoilt).toBeGreaterThan(read.size / 2);
    const text = await readFile(join(root, path), 'utf8');
    expect((await store.examine({ now: NOON })).damages).toEqual([]);
    await writeFile(join(root, path), text.replace('ALFA', 'BLFA'));
    expect((await store.examine({ now: NOON })).damages).toMatchObject([
      { path, kind: 'damaged-json', what: expect.stringContaining('was changed since it was written') },
    ]);
  });

  it('in what a run that was handed over was asked is refused, or changes nothing', async () => {
    const asked = { request: { tickers: ['ALFA'], days: 5 } };
    await store.handedOver.keep('20260302T120000Z-3f9a', asked);
    const path = 'handed-over/20260302T120000Z-3f9a.json';
    let refused = 0;
    for (const [where, read] of await readFlipped(path, () =>
      store.handedOver.read('20260302T120000Z-3f9a'),
    )) {
      if (typeof read !== 'string') expect(read, where).toMatchObject(asked);
      else expect(read, where).toMatch(new RegExp(`^store-corrupt: ${path} is not as it was written`));
      if (typeof read === 'string') refused++;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('in the note of a begun plan makes it unbegun, or changes nothing', async () => {
    const digest = '0f'.repeat(32);
    await store.begunPlans.note(digest, NOON);
    const read = await readFlipped(`runs/${digest}.begun`, () => store.begunPlans.since(digest));
    for (const [where, since] of read) expect([NOON, undefined], where).toContain(since);
    await writeFile(join(root, `runs/${digest}.begun`), `${new Date(NOON).toISOString()}\n`);
    expect(await store.begunPlans.since(digest)).toBe(NOON);
  });

  it('in the note of first fills makes it say nothing, or changes nothing', async () => {
    const series = [{ ticker: 'ALFA', interval: '1d' }] as const;
    const id = await store.firstFills.note(NOON, series);
    const read = await readFlipped(`runs/${id}.filling`, () => store.firstFills.list());
    for (const [where, notes] of read)
      expect([[{ id, at: NOON, series }], [{ id, at: 0, series: [] }]], where).toContainEqual(notes);
  });

  it('in a universe that was fetched is refused in one line, or changes none of its members', async () => {
    const entries = ['ALFA', 'BRIQ'].map((ticker, i) => tickerEntry(`entry ${i + 1}`, ticker));
    const members = readMembers(entries, 'a list', 'sample');
    await store.saveUniverse({ name: 'mine', date: '2026-03-02', source: 'sample' }, members);
    const [file = ''] = await readdir(join(root, 'universes'));
    const said = await store.readUniverse('mine');
    const read = await readFlipped(`universes/${file}`, () => store.readUniverse('mine'));
    let refused = 0;
    for (const [where, what] of read) {
      if (typeof what !== 'string') expect(what, where).toEqual(said);
      else {
        refused++;
        expect(what, where).toMatch(/^usage: universes\/mine_2026-03-02\.json[^\n]*$/);
      }
    }
    expect(refused).toBeGreaterThan(read.size * 0.8);
  });

  it('in the list of renames is refused in one line, or changes none of them', async () => {
    const moved = { at: NOON, series: [], exDays: [{ from: 20_000, to: 20_010 }], actions: [] };
    await store.saveRename({ from: 'FB', to: 'META', start: null, end: parseDay('2022-06-09'), moved });
    const said = await store.readRenames();
    const read = await readFlipped('renames.json', () => store.readRenames());
    expectRefusedOr(read, said, /^store-corrupt: renames\.json[^\n]*$/);
  });

  it('in what was forgotten is refused in one line, or changes nothing of it', async () => {
    await store.upsert(update([daily('2026-02-24')], { learned: coverage({ present: [WEEK_DAYS] }) }));
    const kept = await store.keepForgotten({ at: NOON, series: [AAPL], actionsOf: [] });
    const said = await store.listForgotten();
    const read = await readFlipped(`quarantine/forgotten/${kept?.id}/forgotten.json`, () =>
      store.listForgotten(),
    );
    expectRefusedOr(read, said, /^store-corrupt: quarantine\/forgotten[^\n]*$/);
  });
});

function expectRefusedOr(read: ReadonlyMap<string, unknown>, said: unknown, refusal: RegExp): void {
  let refused = 0;
  for (const [where, what] of read) {
    if (typeof what !== 'string') expect(what, where).toEqual(said);
    else {
      refused++;
      expect(what, where).toMatch(refusal);
    }
  }
  expect(refused).toBeGreaterThan(read.size * 0.8);
}
