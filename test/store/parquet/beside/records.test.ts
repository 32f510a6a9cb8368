import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../../src/core/session/day.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { NOON, temporaryFolder } from '../../fixtures.ts';

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
});
afterEach(() => remove());

describe('a universe', () => {
  beforeEach(() => mkdir(join(root, 'universes')));

  it.each([
    ['a list', ['AAPL', '^GSPC']],
    ['an object with a list', { tickers: ['AAPL', '^GSPC'], asOf: '2026-01-02' }],
  ])('is a JSON file with %s of tickers', async (_, content) => {
    await writeFile(join(root, 'universes/mine.json'), JSON.stringify(content));
    const members = await store.readUniverse('mine');
    expect(members?.map(({ ticker }) => ticker)).toEqual(['AAPL', '^GSPC']);
  });

  it.each(['{"tickers":[1]}', '[', 'null', '"AAPL"'])('is refused if it holds %s', async (content) => {
    await writeFile(join(root, 'universes/mine.json'), content);
    await expect(store.readUniverse('mine')).rejects.toMatchObject({ code: 'usage' });
    await expect(store.readUniverse('mine')).rejects.toThrow('universes/mine.json');
  });

  it('is that of the newest date, where none has the name alone', async () => {
    const put = (name: string): Promise<void> =>
      writeFile(join(root, `universes/${name}.json`), JSON.stringify([name.slice(-2)]));
    const found = async (): Promise<string | undefined> => (await store.readUniverse('etf'))?.[0]?.ticker;
    await put('etf_2026-11-02');
    await put('etf_2025-12-31');
    await put('etf_small_2026-11-03');
    expect(await found()).toBe('02');
    // One of a day that is yet to come counts where there is no other.
    const until = async (date: string): Promise<string | undefined> =>
      (await store.readUniverse('etf', parseDay(date)))?.[0]?.ticker;
    expect(await until('2026-11-01')).toBe('31');
    expect(await until('2026-11-02')).toBe('02');
    expect(await until('2025-12-30')).toBe('02');
    await put('etf');
    expect([await found(), await until('2026-11-01')]).toEqual(['TF', 'TF']);
  });

  it('is never read from outside the store', async () => {
    await writeFile(join(root, 'secret.json'), '["AAPL"]');
    expect(await store.readUniverse('../secret')).toBeUndefined();
  });
});

describe('the list of renames', () => {
  const META = { from: 'FB', to: 'META', start: null, end: 19_152 } as const;
  const path = (): string => join(root, 'renames.json');

  it('is a JSON file with dates', async () => {
    await store.saveRename(META);
    expect(JSON.parse(await readFile(path(), 'utf8'))).toEqual([
      { from: 'FB', to: 'META', start: null, end: '2022-06-09', seal: expect.any(String) as string },
    ]);
  });

  it('is believed as a hand wrote it, and not where one changed what was written', async () => {
    await writeFile(path(), '[{"from":"FB","to":"META","start":null,"end":"2022-06-08"}]');
    await store.saveRename({ ...META, from: 'OLD' });
    expect((await store.readRenames()).map(({ from }) => from)).toEqual(['FB', 'OLD']);
    const written = await readFile(path(), 'utf8');
    await writeFile(path(), written.replace('"OLD"', '"ODD"'));
    await expect(store.readRenames()).rejects.toThrow(
      'renames.json: entry 2 was changed since it was written, so that nobody can tell which tickers are which; put back',
    );
    await writeFile(path(), written.replace('"OLD"', '"ODD"').replace(/,\s*"seal": "[^"]*"\s*\}\s*\]/, '}]'));
    expect((await store.readRenames()).map(({ from }) => from)).toEqual(['FB', 'ODD']);
  });

  it('is not written for a rename that is in it', async () => {
    await store.saveRename(META);
    const { ino } = await stat(path());
    await store.saveRename(META);
    expect((await stat(path())).ino).toBe(ino);
  });

  it.each([
    '[',
    '{}',
    '[null]',
    '[{"from":"FB","to":"META","start":null}]',
    '[{"from":"FB","start":null,"end":null}]',
    '[{"from":"FB","to":"META","start":"2022-02-30","end":null}]',
    '[{"from":"FB","to":"META","start":null,"end":19152}]',
  ])('is refused if it holds %s, and left for its owner', async (content) => {
    await writeFile(path(), content);
    for (const call of [() => store.readRenames(), () => store.saveRename(META)]) {
      await expect(call()).rejects.toMatchObject({ code: 'store-corrupt' });
      await expect(call()).rejects.toThrow(/^renames\.json is no list of renames; [^\n]+$/);
    }
    expect(await readFile(path(), 'utf8')).toBe(content);
  });
});

it('a run record is a JSON file under its id', async () => {
  const id = await store.saveRun(NOON, { fetched: 503 });
  expect(JSON.parse(await readFile(join(root, `runs/${id}.json`), 'utf8'))).toEqual({
    fetched: 503,
    seal: expect.stringMatching(/^[\da-f]{8}$/) as string,
  });
});

it('what lies among the run records and is none is passed over, or named where it has the name of one', async () => {
  const id = await store.saveRun(NOON, { fetched: 503 });
  for (const [name, text] of [
    ['20990101T000000Z-0000.json', '{"fetched": 5'],
    ['20990101T000001Z-0000.json', '[1]'],
    ['20990101T000002Z-0000.json', 'null'],
    ['notes.txt', 'mine'],
    ['notes.json', 'mine'],
  ] as const)
    await writeFile(join(root, 'runs', name), text);
  expect((await store.readRuns(9)).toReversed()).toEqual([
    { id, record: { fetched: 503 } },
    ...[0, 1, 2].map((n) => ({ id: `20990101T00000${n}Z-0000`, record: null })),
  ]);
});
