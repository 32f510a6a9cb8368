import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
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
    const keys = Object.values(capabilities.credentials ?? {}).map((one) => keyIn(one, capabilities));
    const keysOfSettings = Object.entries(capabilities.credentialsOfSettings ?? {}).flatMap(
      ([setting, variables]) => variables.map((variable) => ({ setting, ...keyIn(variable, capabilities) })),
    );
    return { capabilities, keys, keysOfSettings };
  });
}

function keyIn(variable: string, capabilities: Capabilities): ProviderEntry['keys'][number] {
  const found = variableWith(variable, capabilities);
  return { variable: found ?? variable, isThere: found !== undefined };
}
