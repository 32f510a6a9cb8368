import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { toolsInProcess } from './in-process.ts';
import { inRows } from '../providers/rows.ts';
import { beginEmpty, now, store } from './store-at.ts';
import { A_DAY, barsOf, honest, lying, on, run, sample, scaled, values, vendor } from './vendor.ts';

beginEmpty();

describe('a top-up', () => {
  const LATER = { start: '2025-05-01', end: '2025-06-10' };

  it('is asked for again if one final close is off by more than any correction, and believed if it stays so', async () => {
    await run(honest());
    const wild = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => (on('2025-05-29')(bar) ? scaled(bar, 1.7) : bar)),
    }));
    expect(await run(wild, LATER)).toMatchObject({ failed: 0, revised: 1, inserted: 7 });
    expect(wild.asked).toHaveLength(3);
  });

  it('asks again before it replaces final prices by far others, and keeps them if that was but one answer', async () => {
    await run(honest());
    const before = await barsOf();
    const once = lying((asked) => asked === 1);
    expect(await run(once, LATER)).toMatchObject({ failed: 0, inserted: 7, revised: 0, warnings: [] });
    expect(once.asked).toHaveLength(2);
    expect((await barsOf()).slice(0, before.length)).toEqual(before);
  });

  it('takes them once three answers said so, and names them', async () => {
    await run(honest());
    const before = (await barsOf()).find(on('2025-05-29'));
    const stubborn = lying(() => true);
    const summary = await run(stubborn, LATER);
    expect(summary).toMatchObject({ failed: 0, inserted: 7, revised: 2 });
    expect(stubborn.asked).toHaveLength(3);
    const close = before?.close ?? Number.NaN;
    expect(summary.warnings.filter(({ kind }) => kind === 'correction')).toMatchObject([
      { session: '2025-05-29', note: expect.stringContaining(`close ${close} became ${close * 1.35}`) },
      { session: '2025-05-30' },
    ]);
  });

  it('keeps them, and names them, where a run may ask but once, unless all is wanted again', async () => {
    await run(honest());
    const before = await barsOf();
    const dear = lying(() => true, [A_DAY]);
    const summary = await run(dear, LATER);
    expect(summary).toMatchObject({ failed: 0, inserted: 7, revised: 0 });
    expect(summary.warnings).toMatchObject([
      { kind: 'correction', session: '2025-05-29', note: expect.stringContaining('stays') },
      { kind: 'correction', session: '2025-05-30' },
    ]);
    expect(summary.warnings[0]?.note).toContain(
      'backfill ALFA --interval 1d --start 2025-05-29 --end 2025-05-29 --no-gaps',
    );
    expect((await barsOf()).slice(0, before.length)).toEqual(before);
    const again = { tickers: ['ALFA'], start: '2025-05-29', end: '2025-05-29', everything: true };
    await backfill(
      again,
      toolsInProcess(dear, store, () => now),
    );
    expect((await barsOf()).find(on('2025-05-29'))?.close).toBeCloseTo(1.35 * (before.at(-2)?.close ?? 0));
  });

  it('heals a false bar at the end of the store', async () => {
    const slip = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => (on('2025-05-30')(bar) ? scaled(bar, 0.6) : bar)),
    }));
    await run(slip);
    expect(await run(honest(), LATER)).toMatchObject({ failed: 0, revised: 1, inserted: 7 });
    const truth = await inRows(sample).fetchBars({
      ...{ series: { ticker: 'ALFA', interval: '1d' }, now },
      range: { from: parseDay('2025-05-01'), to: parseDay('2025-06-11') },
    });
    expect(values(await barsOf())).toEqual(values(truth.bars));
  });
});
