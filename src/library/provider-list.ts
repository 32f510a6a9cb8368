import type { ProviderConfig } from '../providers/provider.ts';
import { capabilitiesOf, providerIds } from '../providers/registry.ts';
import type { ProviderEntry } from '../report/providers-text.ts';
import { variableWith } from './secrets.ts';

/**
 * The providers that come with the program, as they are without settings, or with those of `configured` where it is one
 * of them. Of a key only the variable is told, the one that it is in, and whether it is there.
 */
export function listProviders(configured?: ProviderConfig): readonly ProviderEntry[] {
  return providerIds().map((id) => {
    const capabilities = capabilitiesOf(configured?.id === id ? configured : { id });
    const keys = Object.values(capabilities.credentials ?? {}).map((variable) => {
      const found = variableWith(variable, capabilities);
      return { variable: found ?? variable, isThere: found !== undefined };
    });
    return { capabilities, keys };
  });
}
