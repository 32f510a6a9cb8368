import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/backfill/runner.ts';
import type { SharedTraffic } from '../../src/backfill/run/traffic.ts';
import { Engine } from '../../src/library/engine.ts';
import { openStore } from '../../src/store/open.ts';
import { temporaryFolder } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('worker threads that could not be had', () => {
  const traffic = {
    begin: () => ({}),
    close: () => Promise.resolve(),
    isSpent: () => false,
    failure: () => undefined,
  } as unknown as SharedTraffic;

  it('are asked for anew by the next run, and no trouble of whoever closes', async () => {
    const opened: string[] = [];
    const pool = {
      open: () => ({}) as Runner,
      warm: () => undefined,
      close: () => Promise.resolve(void opened.push('closed')),
    };
    const engine = new Engine(openStore(folder.path), {
      openTraffic: () => Promise.resolve(traffic),
      openPool: () => {
        opened.push('asked');
        return opened.length === 1 ? Promise.reject(new Error('too many open files')) : Promise.resolve(pool);
      },
    });
    const both = [engine.startRunner(1, {}), engine.startRunner(1, {})];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await engine.startRunner(1, {});
    await engine.startRunner(1, {});
    await engine.close();
    expect(opened).toEqual(['asked', 'asked', 'closed']);
  });

  it('are no trouble of whoever only expects to need them', async () => {
    const opened: string[] = [];
    const pool = {
      open: () => ({}) as Runner,
      warm: (tasks: number) => void opened.push(`warm for ${tasks}`),
      close: () => Promise.resolve(void opened.push('closed')),
    };
    const engine = new Engine(openStore(folder.path), {
      openTraffic: () => Promise.resolve(traffic),
      openPool: () => {
        opened.push('asked');
        return opened.length === 1 ? Promise.reject(new Error('too many open files')) : Promise.resolve(pool);
      },
    });
    engine.expect(7);
    await expect.poll(() => opened).toEqual(['asked']);
    engine.expect(5);
    await engine.startRunner(5, {});
    await engine.close();
    expect(opened).toEqual(['asked', 'asked', 'warm for 5', 'closed']);
  });

  it('do not keep a history open', async () => {
    const engine = new Engine(openStore(folder.path), {
      openTraffic: () => Promise.resolve(traffic),
      openPool: () => Promise.reject(new Error('too many open files')),
    });
    await expect(engine.startRunner(1, {})).rejects.toThrow('too many open files');
    await engine.close();
  });
});
