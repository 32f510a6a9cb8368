import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnChunk } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BackfillError } from '../../../../src/core/errors.ts';
import { assertWholeActions } from '../../../../src/store/parquet/beside/actions.ts';
import { bytesAsFile } from '../../../../src/store/parquet/codec/bytes-at.ts';
import { readFooter } from '../../../../src/store/parquet/codec/decode.ts';
import { TORN_END } from '../../../../src/store/parquet/codec/read-columns.ts';
import { readRaw } from '../../../../src/store/parquet/doctor/raw-rows.ts';
import { actionsPath, barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { decodeRows } from '../../../../src/store/parquet/partition/opened.ts';
import { AAPL, NOON, temporaryFolder, update, WEEK, WEEK_DAYS } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';

const PARTITION = { series: AAPL, period: 'all' } as const;
const SPLIT = { kind: 'split', exDay: WEEK_DAYS.from, ratio: 4 } as const;

let remove: () => Promise<void>;
let bars: Buffer;
let actions: Buffer;
beforeEach(async () => {
  let root: string;
  ({ path: root, remove } = await temporaryFolder());
  const store = openParquetStore(root);
  await store.upsert(update(WEEK));
  await tellActions(store, 'AAPL', [SPLIT], WEEK_DAYS, 'sample', NOON);
  [bars, actions] = [
    await readFile(join(root, barsPath(PARTITION))),
    await readFile(join(root, actionsPath('AAPL'))),
  ];
});
afterEach(() => remove());

/** Our own sentences, and no word of a decoder or of JavaScript. */
const SENTENCE = /^(it|its|a part of it|by its own)\b[^\n]* [^\n]*$/;
const FOREIGN = /undefined|null|thrift|parquet |Offset|DataView|Cannot|invalid|offset|token|\[object/;

function expectSentence(reason: string): void {
  expect(reason).toMatch(SENTENCE);
  expect(reason).not.toMatch(FOREIGN);
}

async function expectSentenceOf(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    expect(error).toBeInstanceOf(BackfillError);
    expect(error).toHaveProperty('code', 'store-corrupt');
    expectSentence((error as BackfillError).message);
  }
}

/** The file with one byte of its end changed, for every byte of it. */
function* spoilt(file: Buffer, by: number): Generator<Uint8Array> {
  for (let at = file.length - 8 - file.readUInt32LE(file.length - 8); at < file.length; at++)
    yield changed(file, at, by);
}

function changed(file: Buffer, at: number, by: number): Uint8Array {
  const bytes = new Uint8Array(file);
  bytes[at] = (bytes[at] ?? 0) ^ by;
  return bytes;
}

it.each([0xff, 0x40])('damaged corporate actions are named by a sentence (byte ^ %i)', async (by) => {
  for (const bytes of spoilt(actions, by))
    await expectSentenceOf(() => assertWholeActions('AAPL', bytesAsFile(bytes)));
});

async function readAll(bytes: Uint8Array): Promise<void> {
  const file = bytesAsFile(bytes);
  await decodeRows(PARTITION, file, await readFooter(file));
}

it.each([0xff])('damaged bars are named by a sentence, to readers and by doctor (byte ^ %i)', async (by) => {
  for (const bytes of spoilt(bars, by)) {
    await expectSentenceOf(() => readAll(bytes));
    const raw = await readRaw(bytesAsFile(bytes));
    if ('what' in raw) expectSentence(raw.what);
  }
});

it('a footer that says nothing of its columns is damage', async () => {
  const { parsed } = await readFooter(bytesAsFile(bars));
  const writer = new ByteWriter();
  // As a wrong byte may have it: `false` where a struct belongs.
  const columns = [{ file_offset: 4n, meta_data: false }] as unknown as ColumnChunk[];
  writeMetadata(writer, { ...parsed, row_groups: parsed.row_groups.map((group) => ({ ...group, columns })) });
  const bytes = Buffer.concat([bars.subarray(0, 4), writer.getBytes(), bars.subarray(-4)]);
  await expect(readAll(bytes)).rejects.toMatchObject({ code: 'store-corrupt', message: TORN_END });
});

it('rows behind a sound footer that do not decode are named by a sentence', async () => {
  for (const [file, read] of [
    [bars, readAll],
    [actions, (bytes: Uint8Array) => assertWholeActions('AAPL', bytesAsFile(bytes))],
  ] as const) {
    const bytes = new Uint8Array(file).fill(0xff, 4, 60);
    await expect(read(bytes)).rejects.toThrow('its rows do not decode');
  }
});
