import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { describeSameButRows } from './contract.ts';
import { startTimescale, type TimescaleServer } from './timescale/server.ts';

describe('TimescaleDB', () => {
  let server: TimescaleServer;
  let stores = 0;
  beforeAll(async () => {
    server = await startTimescale();
  });
  afterAll(() => server.stop());

  describeSameButRows('the PostgreSQL store on hypertables', () => {
    const schema = `store_${++stores}`;
    const url = server.url(schema);
    const open = (lock?: string) => openStore(url, lock);
    // It stays for as long as the server: to drop it takes as long as to make it.
    return Promise.resolve({ store: open(), reopen: open, url, destroy: () => Promise.resolve() });
  });
});
