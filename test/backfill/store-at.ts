import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';

/** An empty store, new for each test, and the instant of its runs. */
export let folder = '';
export let store: BarStore;
export let now = Date.parse('2025-06-20T12:00:00Z');

/** Has each test of a file begin with a store of its own. */
export function beginEmpty(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-run-'));
    store = openStore(folder);
    now = Date.parse('2025-06-20T12:00:00Z');
  });
  afterEach(() => rm(folder, { recursive: true }));
}

/** Moves the instant of the runs. */
export function setNow(instant: number): void {
  now = instant;
}
