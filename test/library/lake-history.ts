import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Bar } from '../../src/core/bars/bars.ts';
import { storedRowsOf } from '../../src/core/bars/bar-builder.ts';
import { BackfillError } from '../../src/core/errors.ts';
import type { BarBatch } from '../../src/library/bar-batch.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { NOON, temporaryFolder } from '../store/fixtures.ts';
import { fill, type Lake } from './invented-lake.ts';

let root = '';
let remove: () => Promise<void>;

/** Has the stores of a file lie in a folder that is gone after it. */
export function beginLakes(): void {
  beforeAll(async () => {
    ({ path: root, remove } = await temporaryFolder());
  });
  afterAll(() => remove());
}

let stores = 0;

/** A history of a new store with a lake in it, or with what was known of it at an instant. */
export async function historyOf(lake: Lake, asOf?: number): Promise<History> {
  const store = join(root, String(stores++));
  await fill(openStore(store), lake, asOf);
  const history = openHistory({ store, provider: { id: 'sample' }, clock: () => NOON });
  folders.set(history, store);
  return history;
}

const folders = new WeakMap<History, string>();

/** The folder of a history's store. */
export function storeOf(history: History): string {
  return folders.get(history) ?? '';
}

/** Bars of a batch as rows. */
export function rowsIn({ rows: length, vwap, trades, ...columns }: BarBatch): Bar[] {
  return storedRowsOf({ ...columns, length, vwap, trades });
}

/** What a call gives, or the error that it ends with. */
export async function outcome<T>(call: () => Promise<T>): Promise<T | { code: string; message: string }> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    return { code: error.code, message: error.message };
  }
}

export async function itemsOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
