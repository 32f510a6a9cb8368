// The provider that worker threads have a fetcher by: it asks the thread that the fetcher lives in.
import { BackfillError, type ModuleConfig, type ProviderDefinition } from '../provider.ts';
import type { FetcherSettings, Told } from './fetcher-wire.ts';

const declared = ({ settings }: ModuleConfig): ProviderDefinition => {
  const { id, maxRows } = settings as unknown as FetcherSettings;
  const limits = { settleDelayMs: 0, paging: { rows: maxRows } };
  return {
    capabilities: {
      id,
      intervals: { '1m': limits, '5m': limits, '15m': limits, '1h': limits, '1d': limits },
    },
    fetch: async ({ symbol, interval, start, end, config, getJson }) => {
      const asked = new URLSearchParams({ symbol, interval, start: `${start}`, end: `${end}` });
      const told = await getJson<Told>(`${config.url}?${asked.toString()}`);
      if ('rows' in told) return told.rows;
      throw new BackfillError(told.code, told.message);
    },
  };
};

export default declared;
