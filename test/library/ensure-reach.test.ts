import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHistory } from '../../src/index.ts';
import { NOW } from '../simulator/running.ts';
import { ALFA, beginDoored, folder, history, simulator } from './doored-history.ts';

beginDoored();

const MINUTES = { ...ALFA, interval: '1m' } as const;

it('what no request reaches is noted once, and told as that', async () => {
  // Minutes are had of 29 days.
  expect(await history.ensureRange(MINUTES, { start: '2026-10-26', end: '2026-10-27' })).toMatchObject({
    complete: true,
  });
  const { length } = simulator.entries;
  const range = { start: '2026-10-21', end: '2026-10-27' };
  // Friday the 23rd is reached.
  expect(await history.ensureRange(MINUTES, { ...range, start: '2026-10-23' })).toMatchObject({
    complete: true,
  });
  const asked = simulator.entries.length;
  expect(asked).toBeGreaterThan(length);
  const beyond = {
    ...{ complete: false, failures: [], stopped: null },
    lacks: [{ series: MINUTES, ranges: [{ start: '2026-10-21', end: '2026-10-22', why: 'plan-limited' }] }],
  };
  const idsOfRuns = async (): Promise<string[]> => (await history.runs()).runs.map(({ id }) => id);
  const before = await idsOfRuns();
  const reached = await history.ensureRange(MINUTES, range);
  // Of runs of one instant nobody knows which is the last.
  const [added, ...others] = (await idsOfRuns()).filter((id) => !before.includes(id));
  expect([before.length, others]).toEqual([2, []]);
  expect(reached).toMatchObject({ ...beyond, runId: added });
  expect(await history.ensureRange(MINUTES, range)).toMatchObject({ ...beyond, runId: null });
  expect(simulator.entries).toHaveLength(asked);
});

it('what nobody can be asked for any more is complete where it is stored, and else refused', async () => {
  const [range, wider] = [
    { start: '2026-10-26', end: '2026-10-27' },
    { start: '2026-10-22', end: '2026-10-27' },
  ];
  await history.ensureRange(MINUTES, range);
  const { length } = simulator.entries;
  const options = { store: join(folder, 'data'), stateFolder: join(folder, 'state') };
  const year = 365 * 86_400_000;
  const later = openHistory({
    ...{ ...options, provider: { id: 'yahoo', url: simulator.url }, clock: () => NOW + year },
  });
  expect(await later.ensureRange(MINUTES, range)).toMatchObject({ complete: true, runId: null });
  const refused = {
    code: 'usage',
    message: expect.stringContaining('"yahoo" reaches back 29 days, to 2027-10-23'),
  };
  await expect(later.ensureRange(MINUTES, wider)).rejects.toMatchObject(refused);
  await expect(later.fillMissing(MINUTES, range)).rejects.toMatchObject(refused);
  const warm = { series: MINUTES, end: '2026-10-28' };
  expect(await later.warmup({ ...warm, period: 780 })).toMatchObject({ complete: true, runId: null });
  await expect(later.warmup({ ...warm, period: 781 })).rejects.toMatchObject(refused);
  await later.close();

  // Of another provider that has no shares.
  const other = openHistory({
    ...{ ...options, provider: { id: 'binance', url: simulator.url }, clock: () => NOW },
  });
  expect(await other.ensureRange(MINUTES, range)).toMatchObject({ complete: true });
  await expect(other.ensureRange(MINUTES, wider)).rejects.toMatchObject({ code: 'invalid-ticker' });
  await other.close();
  expect(simulator.entries).toHaveLength(length);
});
