// Stores daily series of random walks, the same each time, each by one commit, four at a time, and prints what that took; the
// store is opened, and its lease taken, before.
//
// usage: node shared-fill.mjs STORE SERIES SESSIONS
import { calendarById } from '../../dist/src/core/calendar/calendars.js';
import { storedBarsOf } from '../../dist/src/core/bars/bar-builder.js';
import { openStore } from '../../dist/src/store/open.js';
import { measured } from './inner.mjs';

const [url, series, sessions] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const fetchedAt = Date.parse('2026-11-25T23:00:00Z');
const calendar = calendarById('XNYS');
const range = calendar.lastSessions(20_777, sessions);
const days = [...calendar.sessions(range)];
const updates = Array.from({ length: series }, (_, i) => ({
  series: { ticker: `T${String(i).padStart(5, '0')}`, interval: '1d' },
  calendar: calendar.id,
  bars: storedBarsOf(walk(i + 1)),
  learned: { present: [range], provisional: [], absent: [] },
  identity: { currency: 'USD', exchange: null, type: null, firstTrade: null },
  fetchedAt,
}));

const store = openStore(url);
const lease = await store.acquire();
await measured(async () => {
  const queue = updates.values();
  const lane = async () => {
    for (const update of queue) await store.upsert(update);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
});
await lease.release();

/** Numbers of a linear congruence: a walk has to look like prices, not more. */
function walk(seed) {
  let state = seed;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  let close = 100;
  return days.map((day) => {
    const open = close;
    close = Math.max(1, close * (0.97 + 0.06 * next()));
    const [high, low] = [Math.max(open, close) * 1.01, Math.min(open, close) * 0.99];
    const volume = Math.round(1e6 * next());
    return { ts: day * 86_400_000, open, high, low, close, volume, source: 'invented', fetchedAt };
  });
}
