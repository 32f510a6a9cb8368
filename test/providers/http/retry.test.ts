import { describe, expect, it } from 'vitest';
import { BackfillError, type ErrorCode } from '../../../src/core/errors.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { type Attempt, throughGate, withRetries } from '../../../src/providers/http/retry.ts';

const POLICY = { attempts: 5, firstWaitMs: 100, longestWaitMs: 250, random: () => 0.5 };

/** An attempt that goes as the script says, and a gate that notes everything. */
function scripted(script: readonly (ErrorCode | 'ok')[], more: Partial<Gate> = {}) {
  const notes: string[] = [];
  let at = 0;
  const gate: Gate = {
    ...OPEN_GATE,
    enter: async () => notes.push('enter'),
    answered: async () => void notes.push('answered'),
    failed: async () => notes.push('failed') > 0,
    throttled: async (ms) => notes.push(`throttled ${ms}`) > 0,
    pause: async (ms) => void notes.push(`pause ${ms}`),
    ...more,
  };
  const attempt = async (): Promise<string> => {
    const step = script[at++] ?? 'ok';
    if (step === 'ok') return 'bars';
    const retryable = ['network', 'throttled', 'provider-fault', 'timeout'].includes(step);
    throw new BackfillError(step, step, { retryable, ...(step === 'throttled' && { retryAfterMs: 7 }) });
  };
  return { notes, run: () => withRetries(gate, POLICY, throughGate(gate, attempt)) };
}

describe('a request', () => {
  it('passes the gate on every try and waits twice as long before each, with jitter, up to a bound', async () => {
    const { notes, run } = scripted(['network', 'timeout', 'provider-fault', 'network']);
    expect(await run()).toBe('bars');
    expect(notes.filter((note) => note === 'enter')).toHaveLength(5);
    expect(notes.filter((note) => note.startsWith('pause'))).toEqual([
      'pause 50',
      'pause 100',
      'pause 125',
      'pause 125',
    ]);
    expect(notes.at(-1)).toBe('answered');
  });

  it('fails with its last error after the last try, and tells which try it was', async () => {
    const last: (boolean | undefined)[] = [];
    const again: (boolean | undefined)[] = [];
    const failed: Gate['failed'] = async (_, isLast, isAgain) => last.push(isLast) + again.push(isAgain) > 0;
    const { run } = scripted(['network', 'network', 'network', 'network', 'timeout', 'ok'], { failed });
    await expect(run()).rejects.toMatchObject({ code: 'timeout' });
    expect(last).toEqual([false, false, false, false, true]);
    expect(again).toEqual([false, true, true, true, true]);
  });

  it('is never repeated after a definite no, which counts as an answer', async () => {
    const { notes, run } = scripted(['unknown-ticker', 'ok']);
    await expect(run()).rejects.toMatchObject({ code: 'unknown-ticker' });
    expect(notes).toEqual(['enter', 'answered']);
  });

  it('that is throttled waits at the gate, as often as it takes', async () => {
    const { notes, run } = scripted([
      'throttled',
      'throttled',
      'throttled',
      'throttled',
      'throttled',
      'throttled',
    ]);
    expect(await run()).toBe('bars');
    expect(notes.filter((note) => note === 'throttled 7')).toHaveLength(6);
    expect(notes.some((note) => note.startsWith('pause'))).toBe(false);
  });

  it('is given up where the gate says that it is no use', async () => {
    const { run } = scripted(['network', 'ok'], { failed: async () => false });
    await expect(run()).rejects.toMatchObject({ code: 'network' });
    const throttled = scripted(['throttled', 'ok'], { throttled: async () => false });
    await expect(throttled.run()).rejects.toMatchObject({ code: 'throttled' });
  });

  it('that cannot be worded is taken back as what it was counted as', async () => {
    const notes: unknown[] = [];
    const gate: Gate = {
      ...OPEN_GATE,
      enter: async (as) => notes.push(['enter', as]),
      withdrawn: (_, as) => void notes.push(['withdrawn', as]),
    };
    const tries: Attempt<never>[] = [
      () => Promise.reject(new BackfillError('network', 'no', { retryable: true })),
      ({ onUnsent }) => {
        onUnsent();
        return Promise.reject(new BackfillError('internal', 'no words'));
      },
    ];
    const attempt: Attempt<never> = (events) => (tries.shift() as Attempt<never>)(events);
    await expect(withRetries(gate, POLICY, throughGate(gate, attempt, { due: 'pages' }))).rejects.toThrow(
      'no words',
    );
    expect(notes).toEqual([
      ['enter', 'pages'],
      ['enter', 'retries'],
      ['withdrawn', 'retries'],
    ]);
  });

  it('tells of each time that it is sent again for want of an answer, and not for its pace', async () => {
    const failures = ['network', 'throttled', 'timeout'] as const;
    const left = [...failures];
    const attempt: Attempt<string> = () => {
      const code = left.shift();
      return code === undefined
        ? Promise.resolve('done')
        : Promise.reject(new BackfillError(code, 'no', { retryable: true }));
    };
    let retries = 0;
    const gate: Gate = { ...OPEN_GATE, throttled: async () => true };
    const once = throughGate(gate, attempt, { onRetry: () => void retries++ });
    await expect(withRetries(gate, POLICY, once)).resolves.toBe('done');
    expect(retries).toBe(2);
  });

  it('that fails by a bug is not repeated', async () => {
    const bug = new TypeError('undefined is not a function');
    const attempt = () => Promise.reject(bug);
    await expect(withRetries(OPEN_GATE, POLICY, throughGate(OPEN_GATE, attempt))).rejects.toBe(bug);
  });
});
