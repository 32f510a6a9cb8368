import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { barsPath } from '../../../src/store/parquet/files/layout.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, coverage, daily, days, NOON, temporaryFolder, update } from '../fixtures.ts';
import { type Alteration, alteringDisk, flipped, forgetfulMemory, placeOf } from './altering-disk.ts';
import { tellActions } from '../told-actions.ts';

const LEARNED = coverage({ present: [days('2026-02-26', '2026-02-28')] });
const LAST = parseDay('2026-02-27');
const VOLUME = 1_234_567.25;
const NEW_VOLUME = 7_654_321.5;
const DIVIDEND = 0.123_456_789;

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ path: root, remove } = await temporaryFolder()));
afterEach(() => remove());

/** Version `n` of two final sessions. */
async function writeBars(store: BarStore, n: 0 | 1): Promise<void> {
  const volume = n === 0 ? VOLUME : NEW_VOLUME;
  const bars = [daily('2026-02-26'), daily('2026-02-27', { volume, fetchedAt: NOON + n })];
  await store.upsert(update(bars, { learned: LEARNED, fetchedAt: NOON + n }));
}

async function writeActions(store: BarStore, n: 0 | 1): Promise<void> {
  const dividend = { kind: 'dividend', exDay: 18_505 + 40 * n, amount: DIVIDEND } as const;
  await tellActions(store, 'AAPL', [dividend], days('2020-01-02', '2021-01-01'), 'sample', NOON);
}

interface Kind {
  readonly name: string;
  /** Whether a path, perhaps of a temp file, is one of these files. */
  readonly isOf: (path: string) => boolean;
  /** Writes a first version, then another one. */
  readonly write: (store: BarStore, version: 0 | 1) => Promise<unknown>;
  readonly scope: 'series' | 'run';
}

const named =
  (stem: string): Kind['isOf'] =>
  (path) =>
    path.includes(`.${stem}.`) || path.endsWith(`/${stem}.parquet`) || path === `${stem}.json`;

const KINDS: readonly Kind[] = [
  { name: 'bars', isOf: named('bars'), write: writeBars, scope: 'series' },
  { name: 'revisions', isOf: named('revisions'), write: writeBars, scope: 'series' },
  { name: 'splits and dividends', isOf: named('actions'), write: writeActions, scope: 'series' },
  {
    name: 'rejected rows',
    isOf: (path) => path.startsWith('quarantine/rows/'),
    write: (store, n) => store.quarantine(AAPL, [{ row: { n }, reason: 'none' }], 'sample', NOON),
    scope: 'series',
  },
  {
    name: 'renames',
    isOf: named('renames'),
    write: (store, n) => store.saveRename({ from: 'FB', to: `META${n}`, start: null, end: 19_000 + n }),
    scope: 'run',
  },
  {
    name: 'records of runs',
    isOf: (path) => path.startsWith('runs/'),
    write: (store, n) => store.saveRun(NOON + n * 1000, { n }),
    scope: 'run',
  },
];

type Alter = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

const ALTERATIONS: readonly (readonly [string, Alter])[] = [
  ['their first byte another one', (bytes) => flipped(bytes, 0)],
  ['a byte of their rows another one', (bytes) => flipped(bytes, 9)],
  ['a byte of their middle another one', (bytes) => flipped(bytes, bytes.length >> 1)],
  ['a byte near their end another one', (bytes) => flipped(bytes, -11)],
  ['their last byte another one', (bytes) => flipped(bytes, -1)],
  ['their last byte missing', (bytes) => bytes.subarray(0, -1)],
  ['a byte more', (bytes) => new Uint8Array([...bytes, 0])],
  ['nothing in them', () => new Uint8Array()],
  ['zeros in place of them', (bytes) => bytes.fill(0)],
];

const only =
  ({ isOf }: Kind, alter: Alter): Alteration =>
  (bytes, path) =>
    isOf(path) ? alter(bytes) : undefined;

/** Every file that a test is for, with its content, and what else should not be there: temp files. */
async function filesOf({ isOf }: Pick<Kind, 'isOf'>): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => isOf(path) || path.endsWith('.tmp'));
  const contents = paths.map(async (path) => [path, await readFile(join(root, path), 'base64')] as const);
  return Object.fromEntries(await Promise.all(contents));
}

describe.each(KINDS)('$name', (kind) => {
  it.each(ALTERATIONS)('that were written with %s are refused, and the old ones stay', async (_, alter) => {
    await kind.write(openParquetStore(root), 0);
    const before = await filesOf(kind);
    const failing = openParquetStore(root, alteringDisk(root, only(kind, alter)));
    await expect(kind.write(failing, 1)).rejects.toMatchObject({
      code: 'store-unusable',
      scope: kind.scope,
      message: expect.stringMatching(
        /^[^\n]+ does not read back as it was written: (byte \d+ of \d+ is another one|\d[\d,]* bytes of \d[\d,]*); nothing was stored\. Is the disk or the memory of this machine failing\?$/,
      ),
    });
    expect(await filesOf(kind)).toEqual(before);
    await kind.write(openParquetStore(root), 1);
    expect(await filesOf(kind)).not.toEqual(before);
    expect((await openParquetStore(root).examine({ now: NOON })).damages).toEqual([]);
  });
});

it('refuses any one byte of a file of bars', async () => {
  await writeBars(openParquetStore(root), 0);
  const { size } = await stat(join(root, barsPath({ series: AAPL, period: 'all' })));
  await openParquetStore(root).forget(AAPL);
  for (let at = 0; at < size; at += 11) {
    const failing = openParquetStore(
      root,
      alteringDisk(root, (bytes) => flipped(bytes, at)),
    );
    await expect(writeBars(failing, 0)).rejects.toThrow(`byte ${at} of ${size} is another one`);
  }
  expect((await openParquetStore(root).scan()).series.size).toBe(0);
});

const text = (part: string): Uint8Array => new TextEncoder().encode(part);

function number(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return new Uint8Array(bytes.buffer);
}

function stamp(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigInt64(0, BigInt(value), true);
  return new Uint8Array(bytes.buffer);
}

/** Another lowest bit in the first place of some bytes. */
const of =
  (part: Uint8Array, last = 0): Alter =>
  (bytes) =>
    flipped(bytes, placeOf(bytes, part) + last);

describe('what reads back as it was written is refused all the same', () => {
  it.each<[string, Kind['name'], string, Alter]>([
    ['a value of a bar', 'bars', 'its rows are not those that were written', of(number(NEW_VOLUME))],
    [
      'the last bar in the footer',
      'bars',
      'its footer is of other rows',
      (bytes) => flipped(bytes, Buffer.from(bytes).lastIndexOf(stamp(startOfDay(LAST))) + 3),
    ],
    ['the knowledge', 'bars', 'its knowledge is another', of(text('"XNYS"'), 1)],
    ['a value of a revision', 'revisions', 'its rows are not those that were written', of(number(VOLUME))],
    ['what revisions are of', 'revisions', 'its knowledge is another', of(text('"period":"all"'), 10)],
    ['an amount', 'splits and dividends', 'its rows are not those that were written', of(number(DIVIDEND))],
    ['the days known', 'splits and dividends', 'its knowledge is another', of(text('"covered":[["2020'), 15)],
  ])('if the memory changed %s', async (_, name, reason, alter) => {
    const kind = KINDS.find((one) => one.name === name);
    if (kind === undefined) throw new Error(name);
    if (kind.write === writeBars) await kind.write(openParquetStore(root), 0);
    const before = await filesOf(kind);
    const failing = openParquetStore(root, forgetfulMemory(root, only(kind, alter)));
    await expect(kind.write(failing, 1)).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining(`does not read back as it was written: ${reason}; nothing`),
    });
    expect(await filesOf(kind)).toEqual(before);
  });
});
