import { describe, expect, it } from 'vitest';
import { driftText } from '../../src/report/run-text.ts';
import { CALM } from './calm-run.ts';

describe('the drift of a verification', () => {
  it('is a line a provider, aligned', () => {
    const drift = {
      yahoo: { compared: 12_345, changed: 7, gone: 0, worst: 0.0123 },
      csv: { compared: 5, changed: 0, gone: 1, worst: 0 },
    };
    expect(driftText({ ...CALM, bars: 12_350, drift })).toEqual([
      'PROVIDER COMPARED CHANGED GONE WORST',
      'yahoo      12,345       7    0  1.2%',
      expect.stringMatching(/^csv {13}5 {7}0 {4}1 +0(\.0)?%$/),
    ]);
  });

  it('says what is compared besides the bars that were drawn', () => {
    const drift = { yahoo: { compared: 1060, changed: 0, gone: 0, worst: 0 } };
    expect(driftText({ ...CALM, bars: 140, drift }).at(-1)).toBe(
      'Compared is all that the answers hold: 140 bars of the sample, and 920 beside them.',
    );
    expect(driftText({ ...CALM, bars: 1060, drift })).toHaveLength(2);
  });

  it('is none if nothing was answered again', () => {
    expect(driftText(CALM)).toEqual(['No stored bar was answered again.']);
  });
});
