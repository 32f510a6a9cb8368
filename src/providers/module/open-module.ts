import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { LoadedModule, Provider, ProviderConfig, Secrets } from '../provider.ts';
import { checkedSteps } from './checked-steps.ts';
import { madeIn } from './load-module.ts';
import type { ModuleConfig } from './module-config.ts';
import { openFetching } from './open-fetching.ts';

/** A provider of one's own, its code loaded in this thread. Throws `usage` where it cannot be any more. */
export async function openModule(
  { url }: LoadedModule,
  config: ModuleConfig & Pick<ProviderConfig, 'maxRetries'>,
  gate: Gate,
  secrets: Secrets,
): Promise<Provider> {
  const made = await madeIn(url, config);
  if ('fetch' in made) return openFetching(made, { url, config, gate, secrets });
  return openHttpProvider(checkedSteps(made, url, config), config, gate, secrets);
}
