import { describe, expect, it } from 'vitest';
import { progressLine, progressText } from '../../src/report/progress-text.ts';
import type { ProgressNow } from '../../src/report/progress.ts';

const AT = new Date(2026, 2, 2, 2, 7, 10).getTime();

const NOW: ProgressNow = {
  ...{ latest: { ticker: 'AAPL', interval: '1d' }, tickerWidth: 4, done: 42, total: 503, failed: 0 },
  handedOn: 0,
  ...{
    elapsedMs: 503_000,
    leftMs: 5_535_000,
    barsPerSecond: 1761.2,
    retries: 0,
    quotaUse: [],
    resumesAt: null,
  },
};

describe('the progress of a run', () => {
  it('is where it is, what it still takes, and its pace', () => {
    expect(progressText(NOW, false)).toBe(
      '[AAPL ] 42/503 ( 8.3%) ETA: 1h 32m 15s  Elapsed: 8m 23s  1,761 bars/s',
    );
  });

  it('says nothing of what it does not know, and of what is none', () => {
    const young = { ...NOW, latest: undefined, done: 0, elapsedMs: 0, leftMs: null, barsPerSecond: 0.4 };
    expect(progressText(young, false)).toBe('[     ] 0/503 ( 0.0%)  Elapsed: 0s');
  });

  it('is of one bar where it is one', () => {
    expect(progressText({ ...NOW, barsPerSecond: 1.2 }, false)).toMatch(/ 1 bar\/s$/);
  });

  it('counts failures and retries as they happen', () => {
    expect(progressText({ ...NOW, handedOn: 3 }, false)).toContain(' ETA: 1h 32m 15s  Handed on: 3  Elapsed');
    expect(progressText({ ...NOW, failed: 1234, retries: 12 }, false)).toContain(
      ' ETA: 1h 32m 15s  Errors: 1,234  Retries: 12  Elapsed',
    );
  });

  it('says how much of a quota that is counted is used', () => {
    const quotaUse = [{ quota: { requests: 5000, perMs: 86_400_000 }, used: 1234 }];
    expect(progressText({ ...NOW, quotaUse }, false)).toMatch(/bars\/s {2}Quota: 1,234 of 5,?000.*day$/);
  });

  it('says until when the provider has it wait, on the clock of this machine, instead of a time left', () => {
    const text = progressText({ ...NOW, resumesAt: AT }, false);
    expect(text).toMatch(/^\[AAPL \] 42\/503 \( 8\.3%\) throttled, resumes 02:07:10 {2}Elapsed/);
    expect(text).not.toContain('ETA');
  });

  it('promises no end of its work once it was told to stop', () => {
    expect(progressText({ ...NOW, resumesAt: AT }, true)).toMatch(/\) stopping {2}Elapsed/);
  });

  it('keeps its columns whatever the ticker, up to ten characters', () => {
    const at = (ticker: string, tickerWidth: number): number =>
      progressText({ ...NOW, latest: { ticker, interval: '1d' }, tickerWidth }, false).indexOf(']');
    expect([at('F', 3), at('BRVO.PA', 7), at('F', 7), at('F', 40)]).toEqual([6, 8, 8, 11]);
  });

  it('fits any width: what comes last is left out first, and the bar has what is over', () => {
    const wide = progressLine(NOW, false, 200);
    expect(wide).toBe(`${progressText(NOW, false)}  ###${'.'.repeat(37)}`);
    expect(progressLine(NOW, false, 83)).toMatch(/bars\/s {2}#\.{11}$/);
    expect(progressLine(NOW, false, 80)).toBe(progressText(NOW, false));
    expect(progressLine(NOW, false, 58)).toBe('[AAPL ] 42/503 ( 8.3%) ETA: 1h 32m 15s  Elapsed: 8m 23s');
    expect(progressLine(NOW, false, 50)).toBe('[AAPL ] 42/503 ( 8.3%) ETA: 1h 32m 15s  ..........');
    expect(progressLine({ ...NOW, done: 503 }, false, 200)).toMatch(/ {2}#{40}$/);
  });
});
