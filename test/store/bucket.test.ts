import { storeOn } from '../../src/store/parquet/index.ts';
import { fakeBucket } from './bucket/bucket-store.ts';
import { describeStore } from './contract.ts';

describeStore('the Parquet store in a bucket', async () => {
  const { open, close } = await fakeBucket();
  const reopen = () => storeOn(open());
  return { store: reopen(), reopen, destroy: close };
});
