import { describe, expect, it } from 'vitest';
import { openProvider } from '../../src/providers/registry.ts';
import { providerChecks } from '../../src/testing/contract.ts';
import { type ProviderSubject, served } from '../../src/testing/subject.ts';
import { inFiles, inProcess } from './subjects.ts';

function describeProvider(provider: string, subject: ProviderSubject): void {
  describe(`provider contract: ${provider}`, () => {
    it.each(providerChecks(subject).map(({ name, run }) => [name, run] as const))('%s', (_, run) =>
      expect(run()).resolves.toBeUndefined(),
    );
  });
}

const at =
  (id: string): Parameters<typeof served>[0] =>
  (url, gate, timeoutMs) =>
    openProvider({ id, url, ...(timeoutMs !== undefined && { timeoutMs }) }, gate);

// One line a provider; the precision is that of prices which a wire adjusts and rounds.
describeProvider('yahoo', served(at('yahoo'), 'yahoo', { precision: 2e-7, isApart: true }));
describeProvider('binance', served(at('binance'), 'binance', { precision: 0, ticker: 'PSDO-USDT' }));
describeProvider(
  'sample at a URL',
  served(at('sample'), 'sample', { precision: 0, isList: true, isMarket: true, isApart: true }),
);
describeProvider('sample', inProcess);
describeProvider('csv', inFiles);
