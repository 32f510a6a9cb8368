import { describe, expect, it } from 'vitest';
import type { SharedCall } from '../../src/library/call-group.ts';
import { type SharedRun, SharedRuns } from '../../src/library/shared-runs.ts';

interface Call extends SharedCall {
  readonly name: string;
}

const call = (name: string, tickers: string, more: Partial<SharedCall> = {}): Call => ({
  ...{ name, tickers: new Set(tickers.split('')), ...more },
});

/** Work of which each run goes on until it is ended by the name of its first call. */
function begin() {
  const [runs, looks]: [string[], string[]] = [[], []];
  const ends = new Map<string, (error?: Error) => void>();
  const complete = new Set<string>();
  const stops: AbortSignal[] = [];
  const shared = new SharedRuns<Call, string, string>(
    {
      lacking: async (calls) => {
        looks.push(calls.map(({ name }) => name).join());
        return new Set(calls.filter(({ name }) => !complete.has(name)));
      },
      fill: (calls, { stop }: SharedRun) =>
        new Promise((resolve, reject) => {
          const names = calls.map(({ name }) => name).join();
          runs.push(names);
          stops.push(stop);
          const end = (error?: Error): void => (error === undefined ? resolve(names) : reject(error));
          stop.addEventListener('abort', () => end());
          ends.set(calls[0]?.name ?? '', end);
        }),
      answers: async (calls, done) => calls.map(({ name }) => `${name} of ${done ?? 'nothing'}`),
    },
    () => 0,
  );
  const turn = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    shared,
    runs,
    looks,
    complete,
    stops,
    turn,
    end: (name: string, error?: Error) => ends.get(name)?.(error),
  };
}

describe('shared runs', () => {
  it('serve the calls of one turn together, also those of promises that it settles', async () => {
    const { shared, runs, looks, turn, end } = begin();
    const all = [shared.join(call('a', 'X')), shared.join(call('b', 'Y'))];
    const later = Promise.resolve().then(() => shared.join(call('c', 'Z')));
    await turn();
    expect([runs, looks]).toEqual([['a,b,c'], ['a,b,c']]);
    end('a');
    expect(await Promise.all([...all, later])).toEqual(['a of a,b,c', 'b of a,b,c', 'c of a,b,c']);
  });

  it('answer those that lack nothing without a run, whoever else waits', async () => {
    const { shared, runs, complete, turn, end } = begin();
    complete.add('b');
    const [a, b] = [shared.join(call('a', 'X')), shared.join(call('b', 'X'))];
    expect(await b).toBe('b of nothing');
    await turn();
    expect(runs).toEqual(['a']);
    complete.add('c');
    expect(await shared.join(call('c', 'X'))).toBe('c of nothing');
    end('a');
    expect(await a).toBe('a of a');
  });

  it('go side by side where they share no ticker, and else serve all that waited by one', async () => {
    const { shared, runs, complete, turn, end } = begin();
    const a = shared.join(call('a', 'X'));
    await turn();
    const waiting = [];
    for (const [name, tickers] of [
      ['b', 'XY'],
      ['c', 'Y'],
      ['d', 'XW'],
      ['e', 'W'],
    ] as const) {
      waiting.push(shared.join(call(name, tickers)));
      await turn();
    }
    const aside = shared.join(call('f', 'V'));
    await turn();
    expect(runs).toEqual(['a', 'f']);
    end('f');
    expect(await aside).toBe('f of f');
    complete.add('d');
    end('a');
    await turn();
    expect(await a).toBe('a of a');
    // One that came after another one which waits, and shares a ticker with that alone, did not overtake it.
    expect(runs).toEqual(['a', 'f', 'b,c,e']);
    end('b');
    expect(await Promise.all(waiting)).toEqual(['b of b,c,e', 'c of b,c,e', 'd of nothing', 'e of b,c,e']);
  });

  it('are told to all of their calls where they fail, and to no others', async () => {
    const { shared, turn, end } = begin();
    const [a, b] = [shared.join(call('a', 'X')), shared.join(call('b', 'X'))];
    await turn();
    const c = shared.join(call('c', 'X'));
    await turn();
    end('a', new Error('of the store'));
    await expect(a).rejects.toThrow('of the store');
    await expect(b).rejects.toThrow('of the store');
    await turn();
    end('c');
    expect(await c).toBe('c of c');
  });

  it('that serve calls which waited apart are stopped once the last of these is', async () => {
    const { shared, runs, stops, turn, end } = begin();
    const [first, second] = [new AbortController(), new AbortController()];
    const a = shared.join(call('a', 'X'));
    await turn();
    const b = shared.join(call('b', 'X', { stop: first.signal }));
    await turn();
    const c = shared.join(call('c', 'X', { stop: second.signal }));
    await turn();
    end('a');
    await turn();
    expect([await a, runs]).toEqual(['a of a', ['a', 'b,c']]);
    const told = [b, c].map((one) => expect(one).rejects.toMatchObject({ code: 'cancelled' }));
    second.abort();
    await told[1];
    expect(stops[1]?.aborted).toBe(false);
    first.abort();
    expect(stops[1]?.aborted).toBe(true);
    await told[0];
  });

  it('are stopped once the last call is, and begin without those that are', async () => {
    const { shared, runs, stops, turn } = begin();
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const a = shared.join(call('a', 'X', { stop: first.signal }));
    const b = shared.join(call('b', 'X', { stop: second.signal }));
    await turn();
    const c = shared.join(call('c', 'X', { stop: third.signal }));
    const d = shared.join(call('d', 'XY'));
    await turn();
    third.abort();
    await expect(c).rejects.toMatchObject({ code: 'cancelled' });
    first.abort();
    await expect(a).rejects.toMatchObject({ code: 'cancelled' });
    expect(stops[0]?.aborted).toBe(false);
    second.abort();
    expect(stops[0]?.aborted).toBe(true);
    await expect(b).rejects.toMatchObject({ code: 'cancelled' });
    await turn();
    expect(runs).toEqual(['a,b', 'd']);
    void d;
  });
});
