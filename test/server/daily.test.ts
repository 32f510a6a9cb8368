import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { type Daily, type Waiting, everyDay, inZone, onceFree } from '../../src/server/daily.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A clock that only waiting moves, or a test. */
class Clock implements Waiting {
  readonly #stopping = new AbortController();
  readonly stop = this.#stopping.signal;
  readonly slept: number[] = [];
  now: number;

  constructor(instant: string) {
    this.now = Date.parse(instant);
  }

  readonly clock = (): number => this.now;

  readonly sleep = async (ms: number): Promise<void> => {
    this.slept.push(ms);
    this.now += ms;
    await Promise.resolve();
  };

  end(): void {
    this.#stopping.abort();
  }
}

/** When runs begin that take `took` ms each, until so many have begun. */
async function begun(daily: Daily, from: string, runs: number, took = 0): Promise<string[]> {
  const clock = new Clock(from);
  const all: string[] = [];
  const run = async (): Promise<void> => {
    all.push(new Date(clock.now).toISOString().slice(0, 16));
    clock.now += took;
    if (all.length === runs) clock.end();
  };
  await everyDay(daily, { ...waitingOf(clock), onNext: () => undefined, run });
  return all;
}

function waitingOf({ clock, sleep, stop }: Clock): Required<Waiting> {
  return { clock, sleep, stop };
}

const at = (hour: number, minute: number, zone = 'America/New_York'): Daily => ({ hour, minute, zone });

describe('every day', () => {
  it('is by the clock of the zone, in winter and in summer', async () => {
    expect(await begun(at(6, 0), '2026-03-06T12:00:00Z', 4)).toEqual([
      '2026-03-07T11:00',
      '2026-03-08T10:00',
      '2026-03-09T10:00',
      '2026-03-10T10:00',
    ]);
    expect(await begun(at(6, 0, 'UTC'), '2026-03-06T05:59:59Z', 2)).toEqual([
      '2026-03-06T06:00',
      '2026-03-07T06:00',
    ]);
  });

  it('is after the hour that is left out where it does not exist', async () => {
    expect(await begun(at(2, 30), '2026-03-07T00:00:00Z', 4)).toEqual([
      '2026-03-07T07:30',
      // 03:00, as there is no 02:30.
      '2026-03-08T07:00',
      '2026-03-09T06:30',
      '2026-03-10T06:30',
    ]);
  });

  it('is once where the hour comes twice, however long the run takes', async () => {
    for (const took of [0, 10 * MINUTE, HOUR, 3 * HOUR])
      expect(await begun(at(1, 30), '2026-10-30T12:00:00Z', 4, took)).toEqual([
        '2026-10-31T05:30',
        '2026-11-01T05:30',
        '2026-11-02T06:30',
        '2026-11-03T06:30',
      ]);
  });

  it.each([
    'America/New_York',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/Santiago',
    'UTC',
  ])('comes once on each of the days of a year in %s, at whatever time', async (zone) => {
    const dates = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    for (const [hour, minute] of [
      [0, 0],
      [1, 45],
      [2, 15],
      [6, 0],
      [23, 59],
    ] as const) {
      const all = await begun(at(hour, minute, zone), '2026-01-02T12:00:00Z', 365);
      const days = all.map((one) => dates.format(Date.parse(`${one}Z`)));
      expect([hour, minute, new Set(days).size]).toEqual([hour, minute, 365]);
    }
  });

  it('never has two runs at a time: what a long one missed is made up for once, at its end', async () => {
    const daily = at(6, 0, 'UTC');
    const clock = new Clock('2026-03-02T05:00:00Z');
    const lasts = [2.5 * DAY, HOUR, HOUR];
    let [going, runs] = [0, 0];
    const began: string[] = [];
    const run = async (): Promise<void> => {
      expect(++going).toBe(1);
      began.push(new Date(clock.now).toISOString().slice(0, 16));
      await clock.sleep(lasts[runs++] ?? 0);
      going--;
      if (runs === lasts.length) clock.end();
    };
    await everyDay(daily, { ...waitingOf(clock), onNext: () => undefined, run });
    expect(began).toEqual(['2026-03-02T06:00', '2026-03-04T18:00', '2026-03-05T06:00']);
  });

  it('is made up for once, at once, where the machine slept', async () => {
    const clock = new Clock('2026-03-02T05:00:00Z');
    const began: string[] = [];
    let isAsleep = true;
    const sleep = async (ms: number): Promise<void> => {
      // Timers stand still meanwhile: it wakes up in the middle of one.
      clock.now += isAsleep ? 3 * DAY + 4 * HOUR : ms;
      isAsleep = false;
    };
    const run = async (): Promise<void> => {
      began.push(new Date(clock.now).toISOString().slice(0, 16));
      if (began.length === 2) clock.end();
    };
    const { stop } = clock;
    await everyDay(at(6, 0, 'UTC'), { clock: clock.clock, sleep, stop, onNext: () => undefined, run });
    expect(began).toEqual(['2026-03-05T09:00', '2026-03-06T06:00']);
  });

  it('looks at the clock twice a minute, as it may be set', async () => {
    const clock = new Clock('2026-03-02T05:58:45Z');
    await everyDay(at(6, 0, 'UTC'), {
      ...waitingOf(clock),
      onNext: () => undefined,
      run: async () => clock.end(),
    });
    expect(clock.slept).toEqual([30_000, 30_000, 15_000]);
  });

  it('tells when the next one is due, before it waits and after each run', async () => {
    const clock = new Clock('2026-03-02T05:00:00Z');
    const told: string[] = [];
    await everyDay(at(6, 0, 'UTC'), {
      ...waitingOf(clock),
      onNext: (next) => told.push(inZone(next, 'UTC')),
      run: async () => void (told.push('run'), told.length > 3 && clock.end()),
    });
    expect(told).toEqual(['2026-03-02 06:00 UTC', 'run', '2026-03-03 06:00 UTC', 'run']);
  });

  it('ends at once where it is stopped while it waits', async () => {
    const stopping = new AbortController();
    const began = performance.now();
    const ended = everyDay(at(6, 0, 'UTC'), {
      clock: () => Date.parse('2026-03-02T07:00:00Z'),
      stop: stopping.signal,
      onNext: () => setImmediate(() => stopping.abort()),
      run: async () => expect.unreachable(),
    });
    await expect(ended).resolves.toBeUndefined();
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('is told on the clock of the zone and in UTC', () => {
    const instant = Date.parse('2026-11-30T11:00:00Z');
    expect(inZone(instant, 'America/New_York')).toBe(
      '2026-11-30 06:00 America/New_York (2026-11-30 11:00 UTC)',
    );
    expect(inZone(instant, 'Asia/Tokyo')).toBe('2026-11-30 20:00 Asia/Tokyo (2026-11-30 11:00 UTC)');
    expect(inZone(instant, 'UTC')).toBe('2026-11-30 11:00 UTC');
  });
});

describe('what needs a store that another process holds', () => {
  const locked = new BackfillError('store-locked', 'the store is being written by somebody');

  /** Is refused so often, then done. */
  function refused(times: number): { readonly work: () => Promise<string>; readonly tries: () => number } {
    let tries = 0;
    return {
      work: async () => {
        if (++tries <= times) throw locked;
        return 'done';
      },
      tries: () => tries,
    };
  }

  it('is tried every five minutes until it is free, which is told once', async () => {
    const clock = new Clock('2026-03-02T06:00:00Z');
    const { work, tries } = refused(3);
    const told: unknown[] = [];
    expect(await onceFree(work, { ...waitingOf(clock), onHeld: (why) => told.push(why) })).toBe('done');
    expect([tries(), clock.slept, told]).toEqual([4, [5 * MINUTE, 5 * MINUTE, 5 * MINUTE], [locked]]);
  });

  it('fails after six hours', async () => {
    const clock = new Clock('2026-03-02T06:00:00Z');
    const { work } = refused(100);
    await expect(onceFree(work, { ...waitingOf(clock), onHeld: () => undefined })).rejects.toBe(locked);
    expect(inZone(clock.now, 'UTC')).toBe('2026-03-02 12:00 UTC');
  });

  it('is tried no more once it is stopped', async () => {
    const clock = new Clock('2026-03-02T06:00:00Z');
    const { work, tries } = refused(100);
    const onHeld = (): void => clock.end();
    await expect(onceFree(work, { ...waitingOf(clock), onHeld })).rejects.toBe(locked);
    expect(tries()).toBe(1);
  });

  it('fails at once for whatever else goes wrong', async () => {
    const clock = new Clock('2026-03-02T06:00:00Z');
    for (const error of [new Error('a bug'), new BackfillError('usage', 'a slip')]) {
      const work = async (): Promise<void> => {
        throw error;
      };
      const onHeld = (): void => expect.unreachable();
      await expect(onceFree(work, { ...waitingOf(clock), onHeld })).rejects.toBe(error);
    }
    expect(clock.slept).toEqual([]);
  });
});
