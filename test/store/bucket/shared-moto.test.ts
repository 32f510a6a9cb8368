import { env } from 'node:process';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { describeWith, S3_SERVER } from '../../needs.ts';
import { describeShared } from '../contract/shared.ts';
import { type Moto, startMoto } from './moto.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'somebody', AWS_SECRET_ACCESS_KEY: 'nothing' };

describeWith(S3_SERVER)('a bucket of a server that is not ours', () => {
  let moto: Moto;
  let stores = 0;
  const before = { ...env };
  beforeAll(async () => {
    moto = await startMoto();
    Object.assign(env, KEYS);
  }, 30_000);
  afterAll(async () => {
    for (const name of Object.keys(KEYS))
      if (before[name] === undefined) Reflect.deleteProperty(env, name);
      else env[name] = before[name];
    await moto.stop();
  });

  describeShared(() => {
    const url = `s3://lake/store-${++stores}?endpoint=${encodeURIComponent(moto.endpoint)}`;
    const open = (lock?: string) => openStore(url, lock);
    return Promise.resolve({ store: open(), reopen: open, url, destroy: async () => {} });
  });
});
