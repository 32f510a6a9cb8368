import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepare } from '../../../src/backfill/plan/prepare.ts';
import { openHistory } from '../../../src/index.ts';
import { servedSampleCapabilities, sampleCapabilities } from '../../../src/providers/sample/capabilities.ts';
import { openStore } from '../../../src/store/open.ts';

const NOW = Date.parse('2026-11-21T05:00:00Z');
let folder = '';

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-expected-'))));
afterEach(() => rm(folder, { recursive: true }));

/** What a plan tells before it is made. */
async function told(
  tickers: readonly string[],
  capabilities = sampleCapabilities,
): Promise<readonly number[]> {
  const tasks: number[] = [];
  const source = { capabilities, expect: (count: number) => void tasks.push(count) };
  await prepare({ tickers, days: 5 }, openStore(join(folder, 'data')), source, NOW);
  return tasks;
}

describe('the tasks that a plan expects', () => {
  it('are those of series of which nothing is stored', async () => {
    expect(await told(['ALFA', 'NYXA', 'BRVO.PA'])).toEqual([3]);
    const history = openHistory({
      store: join(folder, 'data'),
      provider: { id: 'sample' },
      clock: () => NOW,
      workers: 1,
    });
    await history.backfill({ tickers: ['ALFA', 'NYXA'], days: 5 });
    await history.close();
    expect(await told(['ALFA', 'NYXA', 'BRVO.PA'])).toEqual([1]);
    expect(await told(['ALFA', 'NYXA'])).toEqual([]);
  });

  it('are fewer where one asks for many series', async () => {
    expect(await told(['ALFA', 'NYXA', 'BRVO.PA'], servedSampleCapabilities)).toEqual([1]);
  });
});
