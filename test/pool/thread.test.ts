import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Thread, startThread } from '../../src/pool/thread.ts';
import { bundled } from '../bundled.ts';

const start = (entry: URL, shared: unknown, endTimeoutMs: number): Thread =>
  startThread({ entry, shared, concurrency: 1, resourceLimits: {}, startTimeoutMs: 20_000, endTimeoutMs });

describe('a thread that is ended while it loads', () => {
  it('loads to the end first: Node may end the whole process with one that does not', async () => {
    const loads = new Int32Array(new SharedArrayBuffer(12));
    // It waits for no others.
    loads[1] = 2;
    const thread = start(bundled('test/pool/threads/slow-to-load.ts'), loads, 10_000);
    while (loads[2] === 0) await sleep(5);
    thread.end('was ended');
    expect([thread.isEnding, loads[0]]).toEqual([true, 1]);
    expect(await thread.ended).toBe('was ended');
    expect(loads[0]).toBe(0);
  });

  it('is ended all the same where it never will have', async () => {
    const thread = start(bundled('test/pool/threads/hang-at-load.ts'), undefined, 1000);
    await sleep(200);
    thread.end('was ended');
    const isEnded = thread.ended.then(() => true);
    expect(await Promise.race([isEnded, sleep(300, false)])).toBe(false);
    expect(await Promise.race([isEnded, sleep(600, false)])).toBe(true);
  });
});
