import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../../../src/core/errors.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { limitInFlight, openPlaces } from '../../../src/providers/http/in-flight.ts';
import { throughGate, withRetries } from '../../../src/providers/http/retry.ts';

const THROTTLED = new BackfillError('throttled', 'slow down', { retryable: true });
const USAGE = { used: 5, limit: 10, reserve: 1, endsInMs: 1000 };
const NETWORK = new BackfillError('network', 'reset', { retryable: true });

/** A gate that notes what it is told, each request by its number. */
function noting(more: Partial<Gate> = {}): { notes: string[]; inner: Gate } {
  const notes: string[] = [];
  let requests = 0;
  const inner: Gate = {
    ...OPEN_GATE,
    enter: async () => {
      notes.push(`enter ${requests}`);
      return requests++;
    },
    ended: (request) => void notes.push(`ended ${request}`),
    throttled: async () => notes.push('throttled') > 0,
    ...more,
  };
  return { notes, inner };
}

/** A promise, and what resolves it. */
function opening(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('a gate with places', () => {
  it('never has more requests under way than places, and serves all in the order they came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
        async (limit, turns) => {
          let underWay = 0;
          let most = 0;
          const begun: number[] = [];
          const gate = limitInFlight(OPEN_GATE, openPlaces(limit));
          const fetch = async (index: number, takes: number): Promise<void> => {
            await throughGate(gate, async () => {
              begun.push(index);
              most = Math.max(most, ++underWay);
              for (let turn = 0; turn < takes; turn++) await nextTurn();
              underWay--;
            })();
          };
          await Promise.all(turns.map((takes, index) => fetch(index, takes)));
          expect(most).toBe(Math.min(limit, turns.length));
          expect(begun).toEqual(turns.map((_, index) => index));
        },
      ),
    );
  });

  it('leaves a place empty for as long as it rests, whoever waits for it', async () => {
    const { notes, inner } = noting();
    const gate = limitInFlight(inner, openPlaces(1, 200));
    const fetch = throughGate(gate, async () => undefined);
    await fetch();
    const waiting = fetch();
    await sleep(100);
    expect(notes).toEqual(['enter 0', 'ended 0']);
    await waiting;
    await sleep(250);
    // It rests as well where nobody waits, and is free then.
    await fetch();
    expect(notes).toHaveLength(6);
  });

  it('gives the place on when the answer is there, while it is still being read', async () => {
    const { notes, inner } = noting();
    const gate = limitInFlight(inner, openPlaces(1));
    const reading = opening();
    const first = throughGate(gate, async ({ onReceived }) => {
      onReceived?.();
      await reading.promise;
    })();
    await throughGate(gate, async () => undefined)();
    expect(notes).toEqual(['enter 0', 'ended 0', 'enter 1', 'ended 1']);
    reading.resolve();
    await first;
    expect(notes.filter((note) => note === 'ended 0')).toHaveLength(1);
  });

  it('tells the gate that a request was throttled before the next one asks to pass', async () => {
    const { notes, inner } = noting();
    const gate = limitInFlight(inner, openPlaces(1));
    let isFirst = true;
    const attempt = async (): Promise<void> => {
      if (!isFirst) return;
      isFirst = false;
      throw THROTTLED;
    };
    const policy = { attempts: 2, firstWaitMs: 1, longestWaitMs: 1, random: () => 0 };
    await Promise.all([1, 2].map(() => withRetries(gate, policy, throughGate(gate, attempt))));
    expect(notes.slice(0, 4)).toEqual(['enter 0', 'ended 0', 'throttled', 'enter 1']);
  });

  it('leaves the place of a request that waits to be tried again to another', async () => {
    const waiting = opening();
    const { notes, inner } = noting({ pause: () => waiting.promise });
    const gate = limitInFlight(inner, openPlaces(1));
    const policy = { attempts: 2, firstWaitMs: 1, longestWaitMs: 1, random: () => 0 };
    const failing = withRetries(
      gate,
      policy,
      throughGate(gate, () => Promise.reject(NETWORK)),
    );
    await throughGate(gate, async () => undefined)();
    expect(notes).toEqual(['enter 0', 'ended 0', 'enter 1', 'ended 1']);
    waiting.resolve();
    await expect(failing).rejects.toMatchObject({ code: 'network' });
  });

  it('frees the place of a request that the gate turned away', async () => {
    const { inner } = noting();
    let isClosed = true;
    const gate = limitInFlight(
      {
        ...inner,
        enter: () => (isClosed ? Promise.reject(new BackfillError('cancelled', 'stopped')) : inner.enter()),
      },
      openPlaces(1),
    );
    const turnedAway = await Promise.allSettled([gate.enter(), gate.enter(), gate.enter()]);
    expect(turnedAway.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    isClosed = false;
    await expect(gate.enter()).resolves.toBe(0);
  });

  it('shares its places with the gates of other runs', async () => {
    const places = openPlaces(1);
    const [one, other] = [noting(), noting()];
    const [first, second] = [limitInFlight(one.inner, places), limitInFlight(other.inner, places)];
    await first.enter();
    const waiting = second.enter();
    await nextTurn();
    expect(other.notes).toEqual([]);
    first.ended(0);
    await waiting;
    expect(other.notes).toEqual(['enter 0']);
  });

  it('keeps nobody waiting whose run is stopped, and none of the others any longer', async () => {
    const places = openPlaces(1);
    const { inner } = noting();
    let isStopped = false;
    const assertRunning = (): void => {
      if (isStopped) throw new BackfillError('cancelled', 'stopped');
    };
    const long = limitInFlight(inner, places);
    const stopped = limitInFlight({ ...inner, assertRunning }, places);
    await long.enter();
    const given = stopped.enter();
    const later = long.enter();
    isStopped = true;
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    long.ended(0);
    await expect(later).resolves.toBe(1);
  });

  it('passes everything else on', async () => {
    const calls: unknown[] = [];
    const note =
      (name: string) =>
      (...args: unknown[]): never => {
        calls.push([name, ...args]);
        return undefined as never;
      };
    let isThrottling = false;
    const inner: Gate = {
      enter: note('enter'),
      withdrawn: note('withdrawn'),
      connecting: note('connecting'),
      arrived: note('arrived'),
      departed: note('departed'),
      received: note('received'),
      ended: note('ended'),
      answered: note('answered'),
      throttled: note('throttled'),
      used: note('used'),
      usedUp: note('usedUp'),
      failed: note('failed'),
      assertRunning: note('assertRunning'),
      pause: note('pause'),
      signal: new AbortController().signal,
      isThrottling: async () => isThrottling,
    };
    const gate = limitInFlight(inner, openPlaces(2));
    gate.withdrawn(6, 'retries');
    gate.connecting(7);
    gate.departed(7);
    gate.arrived(7);
    gate.received(123);
    gate.ended(7);
    void gate.answered(THROTTLED);
    void gate.throttled(1200);
    void gate.used(USAGE);
    void gate.usedUp();
    void gate.failed(THROTTLED, true, true);
    gate.assertRunning();
    void gate.pause(9);
    expect(calls).toEqual([
      ['withdrawn', 6, 'retries'],
      ['connecting', 7],
      ['departed', 7],
      ['arrived', 7],
      ['received', 123],
      ['ended', 7],
      ['answered', THROTTLED],
      ['throttled', 1200],
      ['used', USAGE],
      ['usedUp'],
      ['failed', THROTTLED, true, true],
      ['assertRunning'],
      ['pause', 9],
    ]);
    expect(gate.signal).toBe(inner.signal);
    expect(await gate.isThrottling()).toBe(false);
    isThrottling = true;
    expect(await gate.isThrottling()).toBe(true);
  });
});
