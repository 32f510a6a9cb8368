// Plans so many daily series of which all of five years is missing, hands the tasks out to a runner that answers at once,
// and sums the results up. Prints as JSON what each step took, ms, and what stays in memory of it for a series, bytes.
//
// usage: node --expose-gc run.mjs SERIES
import { calendarById } from '../../dist/src/core/calendar/calendars.js';
import { findGaps } from '../../dist/src/core/plan/gaps.js';
import { planTasks } from '../../dist/src/core/plan/plan.js';
import { dispatch } from '../../dist/src/backfill/run/dispatch.js';
import { RunResults } from '../../dist/src/backfill/run/run-results.js';
import { summarize } from '../../dist/src/backfill/settle/summary.js';
import { yahooCapabilities } from '../../dist/src/providers/yahoo/capabilities.js';

const size = Number(process.argv[2]);
const now = Date.parse('2026-11-25T23:00:00Z');
const { id, intervals: limits, actions, quotas } = yahooCapabilities;
const calendar = calendarById('XNYS');
const steps = {};

// What is loaded and compiled does not count.
await runOf(100);
const before = heapUsed();
const kept = await runOf(size, steps);
const bytes = (heapUsed() - before) / size;
if (kept.summary.fetched !== size) throw new Error(`${kept.summary.fetched} of ${size} series were fetched`);
console.log(JSON.stringify({ ...steps, bytes }));

async function runOf(count, took = {}) {
  const plan = timed(took, 'plan', () => planOf(count));
  const results = new RunResults();
  let begun = 0;
  await timed(took, 'dispatch', () =>
    dispatch({
      tasks: plan.tasks,
      capacity: () => 16,
      run: async () => ({ series: [{ ok: true, report: reportOf(begun++) }] }),
      onResult: ({ wants: [want] }, { series: [result] }) => results.add(want, result),
      stopped: () => false,
    }),
  );
  const summary = timed(took, 'summary', () =>
    summarize({
      ...{ plan, results, scan: { series: new Map() }, provider: id, requests: count, notRun: [] },
      ...{ requestsLeft: 0, setAside: [], stopped: null, opens: null, refused: [], quotas },
      ...{
        traffic: { sent: count, succeeded: count, retries: 0, throttles: 0 },
        startedAt: now,
        endedAt: now,
      },
    }),
  );
  return { plan, results, summary };
}

function planOf(count) {
  const wanted = Array.from({ length: count }, (_, i) => ({
    series: { ticker: `T${i}`, interval: '1d' },
    calendar,
    range: { from: 18_957, to: 20_782 },
  }));
  const nothing = { get: () => undefined };
  const gaps = findGaps(wanted, nothing, { provider: id, now });
  return planTasks(gaps, { limits, quotas, actions, now });
}

function reportOf(i) {
  const none = {
    changed: 0,
    revised: 0,
    provisional: 0,
    waiting: 0,
    absent: {},
    unavailable: [],
    missing: 0,
  };
  const sound = {
    rejected: 0,
    dropped: 0,
    offGrid: 0,
    unusable: 0,
    unfinished: 0,
    firstFault: null,
    wayOut: null,
  };
  return {
    ...{ bars: 1255, inserted: 1255, present: 1255, ...none, ...sound, fillers: 0, oddities: [], drift: {} },
    ...{ fingerprint: `${i} ${i * 7919}`, unconfirmed: null, fetchMs: 1, storeMs: 1 },
  };
}

function timed(took, name, work) {
  const started = performance.now();
  const note = (result) => {
    took[name] = performance.now() - started;
    return result;
  };
  const result = work();
  return result instanceof Promise ? result.then(note) : note(result);
}

function heapUsed() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
