import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { LoadedModule, Provider, Secrets } from '../provider.ts';
import { checkedSteps } from './checked-steps.ts';
import { type ModuleConfig, stepsOf } from './load-module.ts';

/** A provider of one's own, its code loaded in this thread. Throws `usage` where it cannot be any more. */
export async function openModule(
  { url }: LoadedModule,
  config: ModuleConfig,
  gate: Gate,
  secrets: Secrets,
): Promise<Provider> {
  return openHttpProvider(checkedSteps(await stepsOf(url, config), url), config, gate, secrets);
}
