import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET_REQUESTS } from '../../bench/reach/machine.ts';
import type { Work } from '../../bench/reach/work.ts';
import { type FakeS3, KEYS, startFakeS3 } from '../store/bucket/fake-s3.ts';
import { runWith } from '../cli/one-process.ts';

/** Each run asks for a day more than the one before it, but the last. */
const RUNS: readonly { readonly work: Work; readonly end: string; readonly now: string }[] = [
  { work: 'fill', end: '2026-11-19', now: '2026-11-20T12:00:00Z' },
  { work: 'top-up', end: '2026-11-20', now: '2026-11-21T12:00:00Z' },
  { work: 'nothing', end: '2026-11-20', now: '2026-11-21T12:00:00Z' },
];

describe('the requests to a bucket, by the series', () => {
  let folder = '';
  let s3: FakeS3;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-bucket-requests-'));
    s3 = await startFakeS3();
  });
  afterAll(async () => {
    await s3.close();
    await rm(folder, { recursive: true });
  });

  it('are those that costs are reckoned by', async () => {
    for (const { work, end, now } of RUNS) {
      s3.seen.length = 0;
      const series = await run(end, now);
      const ofSeries = s3.seen.filter(({ key }) => /^data\/(bars|actions)\/|\/renames\.json$/.test(key));
      const writes = ofSeries.filter(({ method }) => method === 'PUT').length;
      const reads = ofSeries.length - writes;
      const by = { writes: Math.round(writes / series), reads: Math.round(reads / series) };
      expect({ work, ...by }).toEqual({ work, ...BUCKET_REQUESTS[work] });
    }
  });

  /** How many series the run is of. */
  async function run(end: string, now: string): Promise<number> {
    const variables = {
      ...{ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
      AWS_ENDPOINT_URL: s3.endpoint,
    };
    const where = ['--provider', 'sample', '--store', 's3://lake/data', '--state', join(folder, 'state')];
    const what = ['--tickers', 'all', '--start', '2026-10-01', '--end', end, '--now', now];
    const { stderr, stdout } = await runWith(
      variables,
      [...where, ...what, '--workers', '2', '--no-progress'],
      folder,
    );
    const [, fetched, skipped] = /Fetched: (\d+) .*Skipped: (\d+)/.exec(stdout + stderr) ?? [];
    return Number(fetched) + Number(skipped);
  }
});
