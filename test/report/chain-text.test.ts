import { describe, expect, it } from 'vitest';
import type { ProviderPart } from '../../src/backfill/settle/provider-part.ts';
import { joinRuns } from '../../src/backfill/settle/joined-runs.ts';
import { askingLines, opinionLines, providerLines } from '../../src/report/chain-text.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { asPriced, CALM } from './calm-run.ts';

const PART: ProviderPart = {
  ...{ provider: 'yahoo', requests: 10, fetched: 10, failed: 0, bars: 2520, inserted: 2519 },
  unavailable: 0,
  ...{ stopped: null, refused: [], sent: 10, succeeded: 10, retries: 0, throttles: 0 },
  bytesReceived: 20_480,
  ...{ successRate: 1, throttleRate: 0, requestsBy: asPriced(10) },
};

describe('the words of a chain', () => {
  it('say who is asked next, and nothing of the first', () => {
    const asking = { type: 'asking', provider: 'c', quotas: [], chain: ['a', 'b', 'c'] } as const;
    expect(askingLines({ ...asking, before: [] })).toEqual([]);
    expect(askingLines({ ...asking, before: ['a', 'b'] })).toEqual(['Then c, for what a and b cannot give']);
  });

  it('tell what each provider brought, why it was not asked to the end, and what is not open', () => {
    const message = 'the quota is used up';
    const refused = [
      { interval: '1h', code: 'not-entitled', message: 'first answered 403: premium', tickers: ['A', 'B'] },
    ] as const;
    const idle = { ...PART, sent: 0, successRate: null, throttleRate: null, failed: 2, unavailable: 1_234 };
    expect(
      providerLines([
        PART,
        { ...idle, provider: 'first', stopped: { reason: 'quota-exhausted', message }, refused },
      ]),
    ).toEqual([
      'yahoo: 2,520 bars (2,519 new) of 10 series  Sent: 10  Success: 100.0%  Throttled: 0.0%  Received: 20.5 KB',
      'first: 2,520 bars (2,519 new) of 10 series  Unavailable: 1,234  Errors: 2',
      'first was not asked to the end: the quota is used up',
      'first: 1h is not open to this key (it answered 403: premium); not asked for: 2 tickers',
    ]);
  });

  it('are of one bar where it is one', () => {
    expect(providerLines([{ ...PART, bars: 1, inserted: 0, fetched: 1 }])).toEqual([
      expect.stringMatching(/^yahoo: 1 bar \(0 new\) of 1 series {2}/),
    ]);
  });

  it('count what another went on with as brought, and not as an error', () => {
    const ended = {
      ...PART,
      provider: 'csv',
      fetched: 0,
      failed: 3,
      continued: 2,
      sent: 0,
      successRate: null,
    };
    expect(providerLines([ended, { ...ended, failed: 2 }])).toEqual([
      'csv: 2,520 bars (2,519 new) of 2 series, 2 of which another went on with  Errors: 1',
      'csv: 2,520 bars (2,519 new) of 2 series, 2 of which another went on with',
    ]);
    const run = { ...CALM, byProvider: [ended] };
    expect(joinRuns([run, run]).byProvider).toMatchObject([{ failed: 6, continued: 4 }]);
    expect(joinRuns([{ ...CALM, byProvider: [PART] }]).byProvider?.[0]).not.toHaveProperty('continued');
  });

  it('tell apart from errors what was not open to one and another one had, also of batches', () => {
    const closed = { ...PART, failed: 3, handedOn: 2, successRate: null };
    expect(providerLines([closed])[0]).toMatch(/ {2}Errors: 1 {2}Handed on: 2/);
    expect(providerLines([{ ...closed, failed: 2 }])[0]).toMatch(/ series {2}Handed on: 2/);
    const run = { ...CALM, byProvider: [closed] };
    expect(joinRuns([run, run]).byProvider).toMatchObject([{ failed: 6, handedOn: 4 }]);
    expect(joinRuns([{ ...CALM, byProvider: [PART] }]).byProvider?.[0]).not.toHaveProperty('handedOn');
  });

  it('stand in the summary instead of the sum, and add up over batches', () => {
    const run = { ...CALM, sent: 10, succeeded: 10, successRate: 1, throttleRate: 0, byProvider: [PART] };
    const lines = summaryText(joinRuns([run, run]));
    expect(lines.filter((line) => line.includes('Sent: '))).toEqual([
      'yahoo: 5,040 bars (5,038 new) of 20 series  Sent: 20  Success: 100.0%  Throttled: 0.0%  Received: 41.0 KB',
    ]);
  });

  it('tell of second opinions in a line each', () => {
    const said = {
      ticker: 'ABCD',
      interval: '1d',
      session: '2026-06-10',
      kind: 'spike',
      provider: 'b',
    } as const;
    expect(opinionLines([{ ...said, says: 'same', note: 'b has the same' }], UNBOUNDED)).toEqual([
      '',
      'SECOND OPINIONS (1 session)',
      'ABCD 1d 2026-06-10 (spike): b has the same',
    ]);
    expect(opinionLines([], UNBOUNDED)).toEqual([]);
  });
});
