import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEAD } from '../store/parquet/dead-pid.ts';
import { backfill, filledStore, store } from './filled-store.ts';

filledStore();

describe('backfill doctor, of a store whose writer was killed', () => {
  it('names the temp file that it left, fails nobody, and removes it on demand', async () => {
    const left = `runs/.x.${DEAD}-0-0.tmp`;
    await writeFile(join(store, left), 'half');
    const look = await backfill('doctor', '--store', store);
    expect(look.stdout).toContain(left);
    expect(look.stdout).toMatch(
      /: no damage\.\n1 harmless leftover; backfill --store \S+ doctor --fix removes it\.\n$/,
    );
    expect(look.code).toBe(0);
    const fixed = await backfill('doctor', '--fix', '--store', store);
    expect(fixed.stdout).toMatch(/: no damage\.\n1 harmless leftover: 1 removed, 0 left\.\n$/);
    expect(fixed.code).toBe(0);
    const again = await backfill('doctor', '--store', store);
    expect(again.stdout).toMatch(/^Examined 2 partitions \(\d+ rows\): no damage\.\n$/);
  });
});
