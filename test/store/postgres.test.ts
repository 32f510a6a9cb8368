import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { describeWith, POSTGRES } from '../needs.ts';
import { describeStore } from './contract.ts';
import { type Cluster, startCluster } from './postgres/cluster.ts';

describeWith(POSTGRES)('PostgreSQL', () => {
  let cluster: Cluster;
  let stores = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());

  describeStore(
    'the PostgreSQL store',
    () => {
      const schema = `store_${++stores}`;
      const url = cluster.url(schema);
      const open = (lock?: string) => openStore(url, lock);
      // It stays for as long as the server: to drop it takes as long as to make it.
      return Promise.resolve({ store: open(), reopen: open, url, destroy: () => cluster.disconnect() });
    },
    true,
  );
});
