import { describe, expect, it } from 'vitest';
import { isAsRenamed, isSettled, type Stamp, versionOf } from '../../../../src/store/parquet/files/stamp.ts';

const NS = 1_000_000_000n;
const WRITTEN: Stamp = { size: 100n, modified: 50n * NS, changed: 50n * NS, inode: 7n };
/** Renamed one tick later. */
const RENAMED: Stamp = { ...WRITTEN, changed: WRITTEN.changed + 4_000_000n };
const FIELDS = ['size', 'modified', 'changed', 'inode'] as const;

describe('the stamp of a committed file', () => {
  it('is of just its content where it was renamed in a later tick than it was written in', () => {
    expect(isAsRenamed(WRITTEN, RENAMED)).toBe(true);
    expect(isAsRenamed(WRITTEN, WRITTEN)).toBe(false);
  });

  it.each(['size', 'modified', 'inode'] as const)('is of somebody else’s with another %s', (field) => {
    expect(isAsRenamed(WRITTEN, { ...RENAMED, [field]: RENAMED[field] + 1n })).toBe(false);
  });

  it('is not known where there is no file, before or after', () => {
    expect(isAsRenamed(undefined, RENAMED)).toBe(false);
    expect(isAsRenamed(WRITTEN, undefined)).toBe(false);
  });
});

it.each(['modified', 'changed'] as const)(
  'a file that was %s within three seconds is not settled',
  (field) => {
    const at = 90n * NS;
    expect(isSettled({ ...WRITTEN, [field]: at }, at + 3n * NS)).toBe(false);
    expect(isSettled({ ...WRITTEN, [field]: at }, at + 3n * NS + 1n)).toBe(true);
  },
);

it.each(FIELDS)('a file with another %s is of another version', (field) => {
  expect(versionOf({ ...RENAMED })).toBe(versionOf(RENAMED));
  expect(versionOf({ ...RENAMED, [field]: RENAMED[field] + 1n })).not.toBe(versionOf(RENAMED));
});
