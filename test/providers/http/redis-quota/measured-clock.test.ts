import { describe, expect, it } from 'vitest';
import { measuredClock } from '../../../../src/providers/http/redis-quota/measured-clock.ts';

const MINUTE = 60_000;

/** A clock of elsewhere that is so far ahead, and what is told of it here. */
function measured() {
  let now = 1000;
  let ahead = 7 * MINUTE;
  const clock = measuredClock(() => now);
  return {
    clock,
    pass: (ms: number): number => (now += ms),
    put: (ms: number): number => (ahead += ms),
    /** An answer that took so long there and back. */
    ask: (thereMs: number, backMs: number): void => {
      const sentAt = now;
      const theirs = sentAt + thereMs + ahead;
      now += thereMs + backMs;
      clock.note(sentAt, now, theirs);
    },
    error: (): number => Math.abs(clock.now() - (now + ahead)),
  };
}

describe('the clock of a server', () => {
  it('is told by half the time that the quickest answer took', () => {
    const { ask, error, pass } = measured();
    ask(3, 1);
    expect(error()).toBeCloseTo(1);
    ask(0.2, 0.2);
    expect(error()).toBeCloseTo(0);
    // One that hung on its way back says little.
    ask(1, 3000);
    pass(500);
    expect(error()).toBeCloseTo(0);
  });

  it('is followed as it drifts, once it may have drifted by more than is in doubt', () => {
    const { ask, error, pass, put } = measured();
    ask(0.1, 0.1);
    for (let hours = 0; hours < 50; hours++) {
      pass(MINUTE);
      put(0.4);
      ask(0.5, 0.5);
      expect(error()).toBeLessThan(0.1);
    }
  });

  it('is put right at once when it is put right there', () => {
    const { ask, error, put } = measured();
    ask(0.1, 0.1);
    put(-MINUTE);
    ask(20, 20);
    expect(error()).toBeCloseTo(0);
    put(2000);
    ask(30, 10);
    expect(error()).toBeCloseTo(10);
  });

  it('is not told before anybody asked', () => {
    expect(() => measured().clock.now()).toThrow(RangeError);
  });
});
