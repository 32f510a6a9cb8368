import { afterEach, describe, expect, it } from 'vitest';
import { absence, days } from '../store/fixtures.ts';
import { closeAllCounted, openCounted, series } from './counted-sessions.ts';
import { FEBRUARY_WEEK, judged } from './judged.ts';
import { lacking } from './walking-market.ts';
import { sampleMarket } from '../../src/market/sample.ts';

afterEach(closeAllCounted);

const empty = (from: string, to: string): ReturnType<typeof absence> =>
  absence(days(from, to), { reason: 'vendor-empty' });

const lacks = (start: string, end: string, sessions: number): object => ({
  ranges: [{ start, end, sessions, why: 'vendor-empty', provider: 'sample' }],
});

describe('a verdict on a series of which its provider has hardly a bar', () => {
  it('is never that it is complete where there is not one', () => {
    expect(judged({ absent: [empty('2026-02-23', '2026-02-28')] })).toMatchObject({
      ...{ complete: false, lacks: [lacks('2026-02-23', '2026-02-27', 5)], absent: [] },
    });
    const listed = [absence(days('2026-02-23', '2026-02-25'), { reason: 'pre-listing' })];
    expect(judged({ absent: [...listed, empty('2026-02-25', '2026-02-28')] })).toMatchObject({
      lacks: [lacks('2026-02-25', '2026-02-27', 3)],
      absent: [{ ranges: [{ why: 'pre-listing', sessions: 2 }] }],
    });
    expect(judged({ absent: [absence(FEBRUARY_WEEK, { reason: 'pre-listing' })] }).complete).toBe(true);
  });

  it('is neither where fewer sessions between its first and its last bar have one than lack it', () => {
    const ends = [days('2026-02-23', '2026-02-24'), days('2026-02-27', '2026-02-28')];
    const absent = [empty('2026-02-24', '2026-02-27')];
    expect(judged({ present: ends, absent })).toMatchObject({
      ...{ complete: false, lacks: [lacks('2026-02-24', '2026-02-26', 3)], absent: [] },
    });
    const two = {
      present: [days('2026-02-23', '2026-02-25'), ...ends],
      absent: [empty('2026-02-25', '2026-02-27')],
    };
    expect(judged(two)).toMatchObject({ complete: true, absent: [{ sessions: 2 }] });
  });

  it('is neither after the last bar where more sessions lack one than have one, but is before the first', () => {
    const present = [days('2026-02-23', '2026-02-25')];
    const judgedTo = (absent: ReturnType<typeof empty>): ReturnType<typeof judged> =>
      judged({ present, absent: [absent] }, { range: days('2026-02-16', '2026-02-28') });
    expect(judgedTo(empty('2026-02-25', '2026-02-28')).lacks).toMatchObject([
      { ranges: [{ why: 'missing' }, { start: '2026-02-25', end: '2026-02-27', why: 'vendor-empty' }] },
    ]);
    expect(judgedTo(empty('2026-02-25', '2026-02-27')).lacks).toMatchObject([
      { ranges: [{ why: 'missing' }, { start: '2026-02-27', why: 'missing' }] },
    ]);
    expect(judgedTo(empty('2026-02-16', '2026-02-23')).lacks).toMatchObject([
      { ranges: [{ start: '2026-02-25', end: '2026-02-27', why: 'missing' }] },
    ]);
  });

  it('goes by all of its bars, whatever part of it is asked for', () => {
    const present = [days('2026-02-16', '2026-02-25'), days('2026-02-26', '2026-02-28')];
    const known = { present, absent: [empty('2026-02-25', '2026-02-26')] };
    expect(judged(known, { range: days('2026-02-25', '2026-02-26') }).complete).toBe(true);
    const none = { absent: [empty('2026-02-02', '2026-02-28')] };
    expect(judged(none, { range: days('2026-02-25', '2026-02-26') })).toMatchObject({
      lacks: [lacks('2026-02-25', '2026-02-25', 1)],
    });
  });
});

describe('a range of series of one of which there is nothing', () => {
  it('is not complete, nor is it read as such, and whoever asks again is told the same', async () => {
    const [ALFA, NYXA] = [series('ALFA'), series('NYXA')];
    const JUNE = { start: '2025-06-02', end: '2025-06-30' };
    const market = lacking(sampleMarket(), new Set(), (ticker) => ticker === 'NYXA');
    const { history, server } = await openCounted(0, { market });
    const said = {
      ...{ complete: false, series: 2, failures: [], absent: [] },
      lacks: [{ series: NYXA, sessions: 20, ranges: [{ why: 'vendor-empty', provider: 'sample' }] }],
    };
    expect(await history.ensureRange([ALFA, NYXA], JUNE)).toMatchObject(said);
    const sent = server.entries.length;
    expect(await history.ensureRange([ALFA, NYXA], JUNE)).toMatchObject({ ...said, runId: null });
    expect(server.entries).toHaveLength(sent);
    expect(await history.missing([ALFA, NYXA], JUNE)).toMatchObject({ complete: false });
    await expect(history.read(NYXA, { ...JUNE, require: 'complete' })).rejects.toMatchObject({
      code: 'incomplete',
    });
    expect(await history.read(ALFA, { ...JUNE, require: 'complete' })).toHaveLength(20);
  });
});
