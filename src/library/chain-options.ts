import { BackfillError } from '../core/errors.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import type { HistoryOptions } from './history.ts';

/** A provider, and those that are asked for what it cannot give. */
export type ProviderChain = readonly [ProviderConfig, ...ProviderConfig[]];

/** The providers of a history, in the order in which they are asked. Throws `usage` for none, and for one twice. */
export function providersOf({ provider = { id: 'yahoo' } }: Pick<HistoryOptions, 'provider'>): ProviderChain {
  const all = isChain(provider) ? provider : [provider];
  const [first, ...others] = all;
  if (first === undefined)
    throw new BackfillError('usage', "provider []: names nobody; name at least one, such as { id: 'yahoo' }");
  const twice = all.find(({ id }, i) => all.findIndex((one) => one.id === id) < i);
  if (twice !== undefined)
    throw new BackfillError('usage', `provider "${twice.id}" stands twice in the chain; name it once`);
  return [first, ...others];
}

function isChain(provider: HistoryOptions['provider']): provider is readonly ProviderConfig[] {
  return Array.isArray(provider);
}
