import { afterAll, beforeAll, describe } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { describeStore } from './contract.ts';
import { startTimescale, type TimescaleServer } from './timescale/server.ts';

describe('TimescaleDB', () => {
  let server: TimescaleServer;
  let stores = 0;
  beforeAll(async () => {
    server = await startTimescale();
  });
  afterAll(() => server.stop());

  describeStore(
    'the PostgreSQL store on hypertables',
    () => {
      const schema = `store_${++stores}`;
      const url = server.url(schema);
      const open = (lock?: string) => openStore(url, lock);
      const destroy = async (): Promise<void> => {
        await server.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      };
      return Promise.resolve({ store: open(), reopen: open, url, destroy });
    },
    true,
  );
});
