import { describe, expect, it } from 'vitest';
import { AAPL, NOON, WEEK, coverage, daily, days, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';
import { beginStored, everything, history, store } from './forgotten-store.ts';

beginStored();

describe('what was fetched since', () => {
  const refill = (
    values: object,
    learned = coverage({ present: [days('2026-02-24', '2026-02-25')] }),
  ): Promise<unknown> => store.upsert(update([daily('2026-02-24', values)], { learned }));

  it('and is the same stays, and the rest comes back', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL');
    await refill({});
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 7, actions: 1 });
    expect((await history.read(AAPL)).map(({ close }) => close)).toEqual(WEEK.map(({ close }) => close));
    const after = (await everything()) as { text: string };
    expect(after.text).toBe((before as { text: string }).text);
  });

  it('and is final and other stays: nothing at all is brought back, and the way out works', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL');
    await refill({ close: 100.5 });
    const now = await everything();
    await expect(history.restore(id ?? '')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(
        /^AAPL 1d has other final bars now on 2026-02-24: they stay.*backfill forget AAPL --interval 1d --start 2026-02-24 --end 2026-02-24, then/,
      ) as string,
    });
    expect(await everything()).toEqual(now);
    await history.forget('AAPL', { intervals: ['1d'], start: '2026-02-24', end: '2026-02-24' });
    await history.restore(id ?? '');
    expect(await everything()).toEqual(before);
  });

  it('and is provisional gives way to what was final', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL', { start: '2026-02-24', end: '2026-02-24' });
    const present = [days('2026-02-24', '2026-02-25')];
    await refill({ close: 100.5 }, coverage({ present, provisional: present }));
    await history.restore(id ?? '');
    expect(await everything()).toEqual(before);
  });

  it('and is provisional stays where what was forgotten was so too', async () => {
    const present = [days('2026-02-24', '2026-02-25')];
    const provisional = coverage({ present, provisional: present });
    await refill({ close: 100.25 }, provisional);
    const { id } = await history.forget('AAPL', { start: '2026-02-24', end: '2026-02-24' });
    await refill({ close: 100.5, fetchedAt: NOON + 1000 }, provisional);
    const now = (await everything()) as { text: string };
    await history.restore(id ?? '');
    expect(((await everything()) as { text: string }).text).toBe(now.text);
  });

  it('as a split with another ratio stays too', async () => {
    const { id } = await history.forget('AAPL');
    const split = { kind: 'split', exDay: days('2026-02-24', '2026-02-25').from, ratio: 4 } as const;
    await tellActions(store, 'AAPL', [split], days('2026-02-24', '2026-02-25'), 'sample', NOON);
    const now = await everything();
    await expect(history.restore(id ?? '')).rejects.toThrow(
      'AAPL has another value now for the split of 2026-02-24',
    );
    expect(await everything()).toEqual(now);
  });
});
