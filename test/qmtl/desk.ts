import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendOptions, QuestDBHistoryProvider } from '../../src/qmtl/index.ts';
import { NOW, stopAll } from '../simulator/running.ts';
import { inventedFetcher } from './invented-fetcher.ts';

/** What is closed after each test. */
const open: { close(): Promise<void> }[] = [];
let folder: string | undefined;

/** A store of this test's own, and the moment of its tests. `dsn`: another one. */
export function backendOptions(dsn?: string): BackendOptions {
  folder ??= mkdtempSync(join(tmpdir(), 'backfill-qmtl-'));
  return {
    ...{ dsn: dsn ?? join(folder, 'data'), stateFolder: join(folder, 'state') },
    ...{ workers: 1, clock: () => NOW },
  };
}

/** Has something closed after the test. */
export function closing<T extends { close(): Promise<void> }>(thing: T): T {
  open.push(thing);
  return thing;
}

export async function closeAll(): Promise<void> {
  for (const thing of open.splice(0)) await thing.close();
  await stopAll();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  folder = undefined;
}

/** A provider of this test's store, and the fetcher that it asks. */
export function providerOf(fetcher = inventedFetcher()) {
  const provider = closing(new QuestDBHistoryProvider({ ...backendOptions(), fetcher }));
  return { provider, fetcher };
}
