import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { errorText } from '../../src/report/run-text.ts';
import { CALM } from './calm-run.ts';

describe('the errors of a run alone', () => {
  const refused = [
    { interval: '1m', code: 'not-entitled', message: 'premium', tickers: ['ALFA', 'BRIQ'] },
  ] as const;

  it('are its end, the intervals that are not open, and the failures, a line each', () => {
    const stopped = { reason: 'refused', message: '401' } as const;
    const failure = {
      ticker: 'ALFA',
      interval: '1d',
      from: '',
      to: '',
      code: 'network',
      message: 'reset',
    } as const;
    expect(errorText({ ...CALM, stopped, refused, failures: [failure] })).toEqual([
      expect.stringMatching(/^Stopped after 2 tickers: the provider does not accept the key \(401\)/),
      '1m is not open to this key (premium); left: ALFA, BRIQ',
      'ALFA 1d: network: reset',
    ]);
  });

  it('are of an interval that is not open one line on a short page, with all tickers of it', () => {
    const page = { columns: Number.POSITIVE_INFINITY, isWhole: false, hasColours: false };
    const about = { from: '', to: '', interval: '1m' };
    const failures = [
      { ...about, ticker: 'AZUR', code: 'not-entitled', message: 'premium' },
      { ...about, ticker: 'KILO', code: 'not-entitled', message: 'of another plan' },
      { ...about, ticker: 'LIMA', code: 'not-entitled', message: 'premium', interval: '5m' },
    ] as const;
    expect(errorText({ ...CALM, refused, failures }, {}, page)).toEqual([
      '1m is not open to this key (premium); 3 tickers: AZUR, ALFA, BRIQ',
      'KILO 1m: not-entitled: of another plan',
      'LIMA 5m: not-entitled: premium',
    ]);
  });

  it('are with --strict all sessions too that have no bar, and without it none that were told before', () => {
    const holes = { holes: 9, holesAround: 5, holesRejected: 1 };
    expect(errorText({ ...CALM, ...holes })).toEqual([]);
    expect(exitCodeOf({ ...CALM, ...holes })).toBe(0);
    expect(errorText({ ...CALM, ...holes }, { strict: true })).toEqual([
      'Without a bar: 3 sessions between stored bars without one, which nobody explains; ' +
        '5 sessions before the first or after the last bar of a series; 1 session of which rows were rejected',
    ]);
    expect(exitCodeOf({ ...CALM, ...holes }, { strict: true })).toBe(1);
    expect(exitCodeOf(CALM, { strict: true })).toBe(0);
  });

  it('are none of a run that went well, or that was interrupted', () => {
    expect(errorText(CALM)).toEqual([]);
    expect(errorText({ ...CALM, stopped: { reason: 'interrupted', message: '' } })).toEqual([]);
  });
});
