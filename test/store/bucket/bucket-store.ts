import { env } from 'node:process';
import { type BucketOptions, openBucket } from '../../../src/store/parquet/bucket/bucket.ts';
import type { Blobs } from '../../../src/store/parquet/files/blobs.ts';
import { bucketAddressIn } from '../../../src/s3/address.ts';
import { type FakeS3, KEYS, startFakeS3 } from './fake-s3.ts';

/** Waits that a test has the time for. */
const QUICK: BucketOptions = { patience: { attempts: 5, firstMs: 2 } };

/** Its keys, as a program finds them in its environment. */
export const BUCKET_KEYS: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
};

/** A bucket of a fake server, whose keys are in the environment until it is closed. */
export async function fakeBucket(): Promise<{
  readonly s3: FakeS3;
  /** The URL of a store in it. */
  readonly url: string;
  /** The same as another thread or process would open it. */
  readonly open: (options?: BucketOptions) => Blobs;
  readonly close: () => Promise<void>;
}> {
  const s3 = await startFakeS3();
  const before = { ...env };
  Object.assign(env, BUCKET_KEYS);
  const url = `s3://lake/data?endpoint=${encodeURIComponent(s3.endpoint)}`;
  return {
    ...{ s3, url },
    open: (options = QUICK) => openBucket(bucketAddressIn(url), options),
    close: async () => {
      for (const name of Object.keys(BUCKET_KEYS))
        if (before[name] === undefined) Reflect.deleteProperty(env, name);
        else env[name] = before[name];
      await s3.close();
    },
  };
}
