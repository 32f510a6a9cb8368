import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach } from 'vitest';
import type { QuotaRecord } from '../../../src/providers/http/quota-record.ts';
import { type Machine, openMachine } from './processes.ts';

export const DAY = 86_400_000;
export const NOON = Date.UTC(2026, 2, 2, 12);
/** A machine at noon, new for each test, and what its record of a quota says. */
export let machine: Machine;
beforeEach(async () => {
  machine = await openMachine(NOON);
});
afterEach(() => machine.close());

export const record = async (): Promise<QuotaRecord> =>
  JSON.parse(await readFile(machine.path, 'utf8')) as QuotaRecord;
export const usedToday = async (): Promise<unknown> => (await record()).windows[`${DAY}ms`]?.used;
