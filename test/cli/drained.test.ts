import { setImmediate as nextTurn } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { drained } from '../../src/cli/output.ts';

const listeners = (stream: Writable): number[] =>
  ['drain', 'close', 'error'].map((event) => stream.listenerCount(event));

describe('drained', () => {
  it('leaves no listener, however often a slow reader is waited for', async () => {
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, taken) => setImmediate(taken) });
    const before = listeners(slow);
    for (let i = 0; i < 3; i++) {
      expect(slow.write('more than fits')).toBe(false);
      await drained(slow);
      expect(slow.writableNeedDrain).toBe(false);
    }
    expect(listeners(slow)).toEqual(before);
  });

  it('waits no longer for a reader that is gone', async () => {
    const gone = new Writable({ highWaterMark: 1, write: () => undefined });
    gone.on('error', () => undefined);
    const before = listeners(gone);
    gone.write('more than fits');
    const waiting = drained(gone);
    gone.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await waiting;
    await nextTurn();
    expect(listeners(gone)).toEqual(before);
  });
});
