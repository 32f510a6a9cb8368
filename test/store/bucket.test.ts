import { storeOn } from '../../src/store/parquet/index.ts';
import { fakeBucket } from './bucket/bucket-store.ts';
import { describeStore } from './contract.ts';

describeStore(
  'the Parquet store in a bucket',
  async () => {
    const { open, url, close } = await fakeBucket();
    const reopen = (lock?: string) => storeOn(open(lock === undefined ? undefined : { lock }));
    return { store: reopen(), reopen, url, destroy: close };
  },
  true,
);
