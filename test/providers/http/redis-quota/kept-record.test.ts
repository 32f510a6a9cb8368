import { describe, expect, it } from 'vitest';
import type { UsedWindows } from '../../../../src/core/plan/quota-journal.ts';
import { parseQuotas } from '../../../../src/core/plan/quota.ts';
import { FRESH } from '../../../../src/providers/http/quota-record.ts';
import {
  keptIn,
  type Known,
  madeAnew,
  textOf,
  withKnown,
} from '../../../../src/providers/http/redis-quota/kept-record.ts';

const NOW = Date.UTC(2026, 2, 2, 12);
const QUOTAS = parseQuotas('5/min,25/day');
const day = (used: number): UsedWindows => ({ '86400000ms': { index: 7, used } });
const how = { now: NOW, settleMs: 4000, id: 'a.1' };

const known = (journaled: UsedWindows, more: Partial<Known> = {}): Known => ({
  ...{ seen: undefined, journaled, isDoubtful: false, store: 'one', ...more },
});

describe('a record that was lost', () => {
  it('is what the journals say, and lets nothing through for its longest paced window', () => {
    const { record, made } = madeAnew(undefined, known(day(9)), QUOTAS, how);
    expect(record.windows).toEqual(day(9));
    expect(record.nextAt).toBeGreaterThan(NOW + 60_000);
    expect(record.nextAt).toBeLessThan(NOW + 61_000);
    expect(made).toMatchObject({ settlesAt: NOW + 4000, stores: ['one'] });
  });

  it('is the most of what the journals, an old record and whoever saw it last say', () => {
    const old = { ...FRESH, windows: day(5), nextAt: NOW + 90_000, pausedUntil: NOW + 5 };
    const seen = { ...FRESH, windows: day(12), nextAt: NOW, toldLimit: 7, slots: 3, late: [] };
    const { record } = madeAnew(old, known(day(9), { seen }), QUOTAS, how);
    expect(record).toMatchObject({ windows: day(12), nextAt: NOW + 90_000, pausedUntil: NOW + 5 });
    expect(record).toMatchObject({ toldLimit: 7, slots: 3 });
  });

  it('counts as used up where a journal cannot be read', () => {
    const { record } = madeAnew(undefined, known(day(9), { isDoubtful: true }), QUOTAS, how);
    expect(record.unknownAt).toBe(NOW);
  });

  it('is added to by who counted in another store, once', () => {
    const first = madeAnew({ ...FRESH, windows: day(4) }, known(day(3)), QUOTAS, how);
    expect(first.record.windows).toEqual(day(4));
    // Six were reserved since. The old record may have had those of both stores.
    const since = { ...first, record: { ...first.record, windows: day(10) } };
    const second = withKnown(since, known(day(5), { store: 'two' }));
    expect(second.record.windows).toEqual(day(14));
    expect(withKnown(second, known(day(5), { store: 'two' })).record.windows).toEqual(day(14));
    expect(withKnown(second, known(day(9))).record.windows).toEqual(day(14));
    const third = withKnown(second, known({ '3600000ms': { index: 1, used: 2 } }, { store: 'three' }));
    expect(third.record.windows).toEqual({ ...day(14), '3600000ms': { index: 1, used: 2 } });
  });

  it('is read as it was written, and not where another hand has been at it', () => {
    const { record, made } = madeAnew(undefined, known(day(9)), QUOTAS, how);
    const kept = { record, made, server: 'abc', by: 'a.2' };
    const text = textOf(kept);
    expect(keptIn(text)).toEqual(kept);
    for (const other of ['', '{}', text.replace('"used":9', '"used":1'), text.slice(1), '[]', 'null'])
      expect(keptIn(other)).toBeUndefined();
  });
});
