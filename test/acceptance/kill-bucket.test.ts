import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runWith } from '../cli/one-process.ts';
import { LONG_RUNS } from '../needs.ts';
import { type FakeS3, KEYS, startFakeS3 } from '../store/bucket/fake-s3.ts';
import { exportStore } from './export-store.mjs';
import { runWith as runAlone, startWith } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

/** Requests behind which the writer dies: while it takes the lease, scans, writes, and lets go. */
const MOMENTS = LONG_RUNS ? Array.from({ length: 64 }, (_, i) => 2 + 3 * i) : [2, 5, 45, 130];

describe('a backfill into a bucket', () => {
  let folder = '';
  let undisturbed = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-kill-bucket-'));
    const s3 = await startFakeS3();
    await fill(s3);
    undisturbed = await contentOf(s3);
    expect(undisturbed.length).toBeGreaterThan(10_000);
    await s3.close();
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  const variablesOf = (s3: FakeS3): Record<string, string> => ({
    ...{ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
    AWS_ENDPOINT_URL: s3.endpoint,
  });
  const args = [
    ...['--provider', 'sample', '--tickers', 'all', '--days', '60', '--workers', '2'],
    ...['--now', NOW, '--store', 's3://lake/data'],
  ];
  const fill = (s3: FakeS3): Promise<Finished> => runWith(variablesOf(s3), args, folder);

  /** The rows of its bars, by SQL over copies of the objects. */
  async function contentOf(s3: FakeS3): Promise<string> {
    const copy = await mkdtemp(join(folder, 'copy-'));
    for (const [key, { bytes }] of s3.objects) {
      await mkdir(dirname(join(copy, key)), { recursive: true });
      await writeFile(join(copy, key), bytes);
    }
    return exportStore(join(copy, 'data'));
  }

  it.each(MOMENTS)(
    'killed at request %i, ends as if undisturbed once run again',
    { timeout: 120_000 },
    async (moment) => {
      const s3 = await startFakeS3();
      const child = startWith(variablesOf(s3), args, folder);
      const ended = once(child, 'close');
      s3.fault = ({ method }) => {
        if (s3.seen.length !== moment) return undefined;
        child.kill('SIGKILL');
        // What it asked for last is carried out, or not.
        return method === 'PUT' && moment % 2 === 0 ? 'lost' : 'unheard';
      };
      await ended;
      expect(child.signalCode).toBe('SIGKILL');
      s3.fault = () => undefined;
      const { stderr } = await fill(s3);
      expect(stderr).toContain('Errors: 0');
      expect(stderr).not.toContain('set aside');
      expect(await contentOf(s3)).toBe(undisturbed);
      await s3.close();
    },
  );

  it('has one writer: a second one is told who is at work', async () => {
    const s3 = await startFakeS3();
    let second: Finished | undefined;
    s3.fault = async ({ method, key }) => {
      if (method !== 'PUT' || !key.endsWith('bars.parquet')) return undefined;
      s3.fault = () => undefined;
      second = await runAlone(variablesOf(s3), args, folder);
      return undefined;
    };
    const first = await fill(s3);
    expect(first.stderr).toContain('Errors: 0');
    expect([second?.code, second?.stderr]).toEqual([
      ...[
        2,
        expect.stringMatching(
          /^backfill: the store s3:\/\/lake\/data is being written by backfill.js \(pid \d+ on /,
        ),
      ],
    ]);
    expect(await contentOf(s3)).toBe(undisturbed);
    await s3.close();
  });
});
