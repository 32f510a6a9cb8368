import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { toolsInProcess } from './in-process.ts';
import { inRows } from '../providers/rows.ts';
import { beginEmpty, now, setNow, store } from './store-at.ts';
import { barsOf, honest, on, run, sample, scaled, values, vendor } from './vendor.ts';

beginEmpty();

describe('a top-up', () => {
  const LATER = { start: '2025-05-01', end: '2025-06-10' };

  it('keeps the old value of a final bar that the provider corrects, with times and sources', async () => {
    await run(honest());
    setNow(now + MS_PER_DAY);
    const correcting = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => (on('2025-05-29')(bar) ? { ...bar, volume: bar.volume + 7000 } : bar)),
    }));
    const before = (await barsOf()).find(on('2025-05-29'));
    expect(await run(correcting, LATER)).toMatchObject({
      ...{ failed: 0, revised: 1, drift: { sample: { compared: 4, changed: 1, gone: 0, worst: 0 } } },
    });
    const after = (await barsOf()).find(on('2025-05-29'));
    expect(after).toMatchObject({ volume: (before?.volume ?? 0) + 7000, fetchedAt: now });
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    expect(revisions).toMatchObject([
      { before, after: { volume: after?.volume, fetchedAt: now, source: 'sample' } },
    ]);
  });

  it('fetches the whole series again if all that it repeats changed by one ratio', async () => {
    await run(honest());
    const restating = vendor((answer) => ({ ...answer, bars: answer.bars.map((bar) => scaled(bar, 0.93)) }));
    const summary = await run(restating, LATER);
    expect(summary).toMatchObject({ failed: 0, fetched: 1, inserted: 7, revised: 21 });
    expect(restating.asked.map(({ range }) => range.from)).toEqual([
      parseDay('2025-05-27'),
      parseDay('2025-05-01'),
    ]);
    const truth = await inRows(sample).fetchBars({
      ...{ series: { ticker: 'ALFA', interval: '1d' }, now },
      range: { from: parseDay('2025-05-01'), to: parseDay('2025-06-11') },
    });
    expect(values(await barsOf())).toEqual(values(truth.bars.map((bar) => scaled(bar, 0.93))));
  });

  it('changes nothing if the restated series has lost sessions that are stored', async () => {
    await run(honest());
    const before = await barsOf();
    const forgetful = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) => scaled(bar, 0.93)).filter((bar) => !on('2025-05-06')(bar)),
    }));
    const { failures } = await run(forgetful, LATER);
    expect(failures).toMatchObject([{ ticker: 'ALFA', code: 'restated' }]);
    expect(failures[0]?.message).toContain('no longer has 1 of its stored bars, the first of 2025-05-06');
    expect(await barsOf()).toEqual(before);
  });

  it('is refused if prices changed by a split that nobody mentions', async () => {
    await run(honest());
    const before = await barsOf();
    const flipping = vendor((answer) => ({ ...answer, bars: answer.bars.map((bar) => scaled(bar, 1 / 4)) }));
    const { failures } = await run(flipping, LATER);
    expect(failures).toMatchObject([
      { code: 'basis-unknown', message: expect.stringContaining('a split 4:1') },
    ]);
    expect(flipping.asked).toHaveLength(3);
    expect(await barsOf()).toEqual(before);
  });

  it('is refused if prices changed by as many ratios as dividends make', async () => {
    await run(honest(), { start: '2023-01-03' });
    const adjusting = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar) =>
        scaled(bar, 1 - 0.01 * Math.ceil((parseDay('2025-05-30') - bar.ts / MS_PER_DAY) / 90)),
      ),
    }));
    const all = { tickers: ['ALFA'], start: '2023-01-03', end: '2025-05-30', everything: true };
    const { failures } = await backfill(
      all,
      toolsInProcess(adjusting, store, () => now),
    );
    expect(failures).toMatchObject([
      { code: 'basis-unknown', message: expect.stringContaining('dividends') },
    ]);
  });

  it('asks again and then fails by name if the answer is about something else', async () => {
    await run(honest());
    const other = vendor((answer) => ({
      ...answer,
      bars: answer.bars.map((bar, i) => scaled(bar, 1.1 + (i % 3) / 20)),
    }));
    const { failures } = await run(other, LATER);
    expect(failures).toMatchObject([
      { code: 'bad-answer', message: expect.stringContaining('contradicts 4 of 4') },
    ]);
    expect(other.asked).toHaveLength(3);
    const once = vendor((answer, _, asked) =>
      asked > 1 ? answer : { ...answer, bars: answer.bars.map((bar, i) => scaled(bar, 1.1 + (i % 3) / 20)) },
    );
    expect(await run(once, LATER)).toMatchObject({ failed: 0, inserted: 7, revised: 0 });
  });

  it('stops at a ticker that is another instrument now', async () => {
    await run(honest());
    const before = await barsOf();
    const etf = vendor((answer) => ({
      ...answer,
      identity: { ...answer.identity, type: 'etf' },
      bars: answer.bars.map((bar, i) => scaled(bar, 0.3 + (i % 5) / 100)),
    }));
    const { failures } = await run(etf, LATER);
    expect(failures).toMatchObject([
      { code: 'identity-changed', message: expect.stringContaining('it was equity, now etf') },
    ]);
    expect(await barsOf()).toEqual(before);
  });
});

describe('a top-up of an instrument that is described anew', () => {
  it('is stored with a warning if its prices are the same', async () => {
    await run(honest());
    const renamed = vendor((answer) => ({ ...answer, identity: { ...answer.identity, type: 'etf' } }));
    const summary = await run(renamed, { start: '2025-05-01', end: '2025-06-10' });
    expect(summary).toMatchObject({
      failed: 0,
      inserted: 7,
      warnings: [{ kind: 'identity', session: '2025-06-10' }],
    });
    expect(renamed.asked).toHaveLength(3);
    expect((await store.scan()).series.get('ALFA 1d')?.identity.type).toBe('etf');
  });
});
