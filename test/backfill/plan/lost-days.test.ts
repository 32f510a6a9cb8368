import { expect, it } from 'vitest';
import { withLostDays } from '../../../src/backfill/plan/lost-days.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import type { Scan, SetAside } from '../../../src/store/scan.ts';
import { nothingStored } from '../../../src/report/coverage.ts';
import { days } from '../../store/fixtures.ts';

const NOW = Date.parse('2026-03-02T23:00:00Z');
const calendar = calendarById('XNYS');
const range = days('2026-02-26', '2026-03-03');
const { capabilities } = openSample({ id: 'sample' });
const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const HOURS = { ticker: 'AAPL', interval: '1h' } as const;
const WANTED = [AAPL, HOURS, { ticker: 'MSFT', interval: '1d' } as const].map((series) => ({
  series,
  calendar,
  range,
}));

let files = 0;
const HELD = new Map<string, readonly DayRange[]>();

/** A damaged file of AAPL. */
function lost({ held, ...values }: Partial<SetAside> & { held?: readonly DayRange[] }): SetAside {
  const path = `file ${files++}`;
  if (held !== undefined) HELD.set(path, held);
  return { path, reason: 'rot', ...AAPL, ...values };
}

/** What is wanted besides the range, series by series. */
function besides(scan: Partial<Scan>, of: Capabilities = capabilities) {
  const whole = { series: new Map(), actions: new Map(), setAside: [], held: HELD, ...scan };
  return withLostDays(WANTED, whole, of, NOW).map((one) => one.besides);
}

it('nothing is wanted besides where no file is damaged, or nobody knows what it held', () => {
  expect(
    withLostDays(WANTED, { series: new Map(), actions: new Map(), setAside: [] }, capabilities, NOW),
  ).toBe(WANTED);
  expect(besides({ setAside: [lost({})] })).toEqual([undefined, undefined, undefined]);
});

it('all is wanted that damaged files of the series held, be they set aside now or before', () => {
  const [old, new_] = [days('2015-01-02', '2020-01-01'), days('2024-01-02', '2025-01-01')];
  const setAside = [lost({ held: [old] }), lost({ ...HOURS, held: [new_] })];
  expect(besides({ setAside, lost: [lost({ held: [new_] })] })).toEqual([[old, new_], [new_], undefined]);
});

it('only what is final, and what the provider reaches', () => {
  const held = [days('2025-01-02', '2027-01-01')];
  const intervals = {
    ...capabilities.intervals,
    '1h': { ...capabilities.intervals['1h'], lookBackDays: 10 },
  };
  const short = { ...capabilities, intervals } as Capabilities;
  expect(besides({ setAside: [lost({ held }), lost({ ...HOURS, held })] }, short)).toEqual([
    [days('2025-01-02', '2026-03-03')],
    [days('2026-02-21', '2026-03-03')],
    undefined,
  ]);
});

it('of corporate actions those of stored daily bars', () => {
  const present = [days('2025-06-02', '2026-01-01')];
  const series = new Map([['AAPL 1d', { ...nothingStored(AAPL), coverage: { ...NOTHING_KNOWN, present } }]]);
  const held = [days('2024-01-02', '2025-08-01')];
  expect(besides({ series, setAside: [lost({ interval: null, held })] })).toEqual([
    [days('2025-06-02', '2025-08-01')],
    undefined,
    undefined,
  ]);
});
