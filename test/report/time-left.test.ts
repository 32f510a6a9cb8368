import { describe, expect, it } from 'vitest';
import { NOTHING_BEYOND, NO_TRAFFIC, type TrafficNow } from '../../src/backfill/runner.ts';
import { type Quota, pacingOf, quotaName, windowOf } from '../../src/core/plan/quota.ts';
import { timeLeftOf } from '../../src/report/time-left.ts';

const START = Date.UTC(2026, 2, 2, 12);
const SECOND = 1000;
const PER_MINUTE: Quota = { requests: 5, perMs: 60_000 };
const { spacing: SPACING } = pacingOf([PER_MINUTE]);

/** A run on a clock that only the test moves, with what is sent. */
function run(planned: number, quotas: readonly Quota[] = []) {
  let at = START;
  let sent = 0;
  let beyond = 0;
  let nextAt = 0;
  let pausedMs = 0;
  const counted = quotas.find(({ perMs }) => perMs >= 3_600_000);
  const traffic = (): TrafficNow => ({
    ...{ ...NO_TRAFFIC, sent, learned: null, pausedMs },
    beyond: { ...NOTHING_BEYOND, secondAsks: beyond },
    standing: {
      ...{ now: at, nextAt },
      windows:
        counted === undefined
          ? {}
          : { [quotaName(counted)]: { index: windowOf(counted, START), used: sent } },
    },
  });
  const time = timeLeftOf(quotas, START);
  time.plan(planned);
  const left = (): number | null => time.now(at, traffic());
  return {
    left,
    pass: (ms: number): number | null => {
      at += ms;
      pausedMs = Math.max(0, pausedMs - ms);
      return left();
    },
    /** Sends a request, of the plan unless it `isBeyond`. */
    send: (isBeyond = false): void => {
      sent++;
      beyond += Number(isBeyond);
      nextAt = Math.max(at, nextAt) + (quotas.some(({ perMs }) => perMs < 3_600_000) ? SPACING : 0);
    },
    pause: (ms: number): void => void (pausedMs = ms),
    end: (requests: number): number | null => {
      time.end(requests, at, traffic());
      return left();
    },
  };
}

/** Each time that was told, second by second. */
function everySecond(one: ReturnType<typeof run>, ms: number): number[] {
  return Array.from({ length: Math.floor(ms / SECOND) }, () => one.pass(SECOND) ?? Number.NaN);
}

describe('the time left of a run', () => {
  it('is not known before others have had the time of the first task, and then goes by the pace', () => {
    const one = run(100);
    expect(one.pass(SECOND)).toBeNull();
    one.send();
    expect(one.end(1)).toBeNull();
    expect(one.pass(SECOND - 1)).toBeNull();
    one.pass(1);
    for (let done = 2; done <= 99; done++) {
      one.send();
      expect(one.end(1)).toBeCloseTo((100 - done) * SECOND, -1);
      one.pass(SECOND);
    }
  });

  it.each([
    ['one after the other', 1],
    ['eight at once', 8],
  ])('is not wild where a start comes before all tasks, and these end %s', (_, atOnce) => {
    const one = run(1000);
    one.pass(46 * SECOND);
    for (let done = 0; done < 1000 - atOnce; done += atOnce) {
      for (let i = 0; i < atOnce; i++) one.end(1);
      const left = one.pass(230 * atOnce);
      const trueLeft = (1000 - done - atOnce) * 230;
      if (left !== null) expect(left).toBeLessThan(3 * trueLeft);
      if (done > 300) expect(left).toBeGreaterThan(0.7 * trueLeft);
    }
  });

  it('that a quota binds is the quota’s, and falls as the clock goes', () => {
    const one = run(10, [PER_MINUTE]);
    const told: number[] = [];
    for (let done = 1; done <= 9; done++) {
      one.send();
      told.push(...everySecond(one, SPACING), one.end(1) ?? Number.NaN);
      // What is left is sent one spacing apart.
      expect(told.at(-1)).toBeGreaterThanOrEqual((9 - done) * SPACING - SECOND);
      expect(told.at(-1)).toBeLessThanOrEqual((10 - done) * SPACING + SECOND);
    }
    for (const [i, ms] of told.entries()) if (i > 0) expect(ms).toBeLessThanOrEqual(told[i - 1]! + SECOND);
  });

  it('with asks beyond the plan counts on as many for the rest, and then climbs no more', () => {
    const one = run(8, [PER_MINUTE]);
    const task = (): number[] => {
      const told: number[] = [];
      for (const isBeyond of [false, false, true, true, true]) {
        one.send(isBeyond);
        told.push(...everySecond(one, SPACING));
      }
      return told;
    };
    // Of the first nobody knows yet how many there will be: each is one spacing more.
    expect(Math.max(...task())).toBeLessThan(8 * SPACING);
    const after = one.end(2) ?? Number.NaN;
    // Three tasks more of five requests each.
    expect(after).toBeGreaterThan(13 * SPACING);
    expect(after).toBeLessThan(16 * SPACING);
    const told = task();
    for (const [i, ms] of told.entries()) if (i > 0) expect(ms).toBeLessThanOrEqual(told[i - 1]! + SECOND);
    expect(one.end(2)).toBeLessThan(11 * SPACING);
  });

  it('is not spoilt by a long wait for a provider that wants a pause', () => {
    const one = run(100);
    for (let done = 0; done < 10; done++) {
      one.pass(SECOND);
      one.send();
      one.end(1);
    }
    one.pause(600 * SECOND);
    one.left();
    const waited = everySecond(one, 600 * SECOND);
    // The pace is that of the time in which it may send.
    expect(Math.max(...waited)).toBeLessThan(120 * SECOND);
    one.send();
    expect(one.end(1)).toBeLessThan(120 * SECOND);
  });

  it('has the wait for the next day in it where a quota is used up', () => {
    const daily: Quota = { requests: 10, perMs: 86_400_000 };
    const one = run(20, [daily]);
    for (let done = 0; done < 10; done++) {
      one.pass(SECOND);
      one.send();
      one.end(1);
    }
    const untilMidnight = 12 * 3600 * SECOND;
    const told = one.left() ?? 0;
    expect(told).toBeGreaterThan(untilMidnight - 60 * SECOND);
    expect(told).toBeLessThan(untilMidnight + 60 * SECOND);
    expect((one.pass(3600 * SECOND) ?? 0) - (told - 3600 * SECOND)).toBeLessThan(60 * SECOND);
  });
});
