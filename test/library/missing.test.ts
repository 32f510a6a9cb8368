import { afterEach, describe, expect, it } from 'vitest';
import { type BackfillEvent, openHistory } from '../../src/index.ts';
import { closeAllCounted, openCounted, requests, series } from './counted-sessions.ts';

afterEach(closeAllCounted);

const [ALFA, NYXA, ORBL] = [series('ALFA'), series('NYXA'), series('ORBL')];
const JUNE = { start: '2025-06-02', end: '2025-06-30' };

describe('what a range lacks', () => {
  it('is told without a request or a lock', async () => {
    const { history, options, server } = await openCounted();
    await history.ensureRange(ALFA, JUNE);
    const reader = openHistory({ ...options, provider: 'none' });
    for (const one of [history, reader])
      expect(await one.missing([ALFA, NYXA], { start: '2025-05-29', end: '2025-06-03' })).toMatchObject({
        complete: false,
        series: 2,
        lacks: [
          { series: ALFA, ranges: [{ start: '2025-05-29', end: '2025-05-30', sessions: 2 }], sessions: 2 },
          { series: NYXA, ranges: [{ start: '2025-05-29', end: '2025-06-03', sessions: 4 }] },
        ],
      });
    await reader.close();
    expect(server.entries).toHaveLength(1);
  });

  it('is filled by a run of its own, whose events are heard', async () => {
    const counted = await openCounted();
    const { history } = counted;
    const events: BackfillEvent[] = [];
    await history.fillMissing(ALFA, JUNE);
    const summary = await history.fillMissing([ALFA, NYXA], JUNE, { onEvent: (event) => events.push(event) });
    expect(summary).toMatchObject({ series: 2, complete: 1, fetched: 1, failed: 0 });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['begun', 'planned', 'running', 'started', 'finished', 'ended']),
    );
    expect(requests(counted, 1)).toEqual(['NYXA 1d 2025-06-02..2025-07-01']);
    const stop = AbortSignal.abort();
    expect(await history.fillMissing(ORBL, JUNE, { stop })).toMatchObject({
      stopped: { reason: 'interrupted' },
    });
  });
});

describe('calls that cannot be meant', () => {
  it.each<[string, unknown[], string]>([
    ['missing', [[]], 'missing: series []: name at least one, such as'],
    ['fillMissing', ['ALFA'], 'fillMissing: series "ALFA": name at least one, such as { ticker:'],
    ['ensureRange', [[ALFA, null]], 'ensureRange: series null: name at least one'],
    [
      'ensureRange',
      [{ ticker: 'ALFA', intervall: '1d' }],
      'the series of ensureRange has no option "intervall"',
    ],
    ['ensureRange', [{ ticker: 'ALFA', interval: '2h' }], 'interval "2h": there is no such interval'],
    ['ensureRange', [ALFA, { days: 0 }], 'days 0: must be a whole number above 0'],
    ['ensureRange', [ALFA, { dais: 1 }], 'ensureRange has no option "dais"; did you mean days?'],
    [
      'ensureRange',
      [ALFA, { days: 1 }, { maxRetry: 1 }],
      'ensureRange has no option "maxRetry"; did you mean',
    ],
    [
      'fillMissing',
      [ALFA, { days: 1 }, { maxRetries: -1 }],
      'maxRetries -1: must be a whole number, 0 or more',
    ],
    ['fillMissing', [ALFA, { days: 1 }, null], 'fillMissing: the options null: must be an object'],
    ['missing', [ALFA, { start: '2026-02-30' }], 'start "2026-02-30" is not a date'],
  ])('%s %j', async (method, given, message) => {
    const { history, server } = await openCounted();
    const call = history[method as 'missing'] as (...all: unknown[]) => Promise<unknown>;
    await expect(call(...given)).rejects.toMatchObject({ message: expect.stringContaining(message) });
    expect(server.entries).toEqual([]);
  });
});
