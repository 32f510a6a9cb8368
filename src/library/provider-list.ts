import type { ProviderConfig } from '../providers/provider.ts';
import { capabilitiesOf, providerIds } from '../providers/registry.ts';
import type { ProviderEntry } from '../report/providers-text.ts';
import { givenSecrets } from './secrets.ts';

/**
 * The providers that come with the program, as they are without settings, or with those of `configured` where it is one
 * of them. Of a key only the variable is told, and whether it is there.
 */
export function listProviders(configured?: ProviderConfig): readonly ProviderEntry[] {
  return providerIds().map((id) => {
    const capabilities = capabilitiesOf(configured?.id === id ? configured : { id });
    const found = givenSecrets({ store: '' }, capabilities);
    const keys = Object.entries(capabilities.credentials ?? {}).map(([name, variable]) => ({
      variable,
      isThere: name in found,
    }));
    return { capabilities, keys };
  });
}
