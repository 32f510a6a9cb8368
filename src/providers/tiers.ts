import { BackfillError } from '../core/errors.ts';
import type { OtherTier } from '../core/plan/route.ts';
import type { Capabilities, ProviderConfig } from './provider.ts';

/** The plans that a key of a provider may be of. */
export interface Tiers {
  /** The setting that names one. */
  readonly setting: string;
  /** The smallest first, which is meant where nothing is said. */
  readonly names: readonly string[];
}

/** What the others give where all else is configured alike, without those that do not have what the settings ask. */
export function otherTiers(
  config: ProviderConfig,
  { setting, names }: Tiers,
  capabilitiesOf: (config: ProviderConfig) => Capabilities,
): readonly OtherTier[] {
  const own = config.settings?.[setting] ?? names[0];
  return names.flatMap((name): OtherTier[] => {
    if (name === own) return [];
    try {
      const { quotas, intervals } = capabilitiesOf({
        ...config,
        settings: { ...config.settings, [setting]: name },
      });
      return [{ setting, name, quotas, intervals }];
    } catch (error) {
      if (error instanceof BackfillError && error.code === 'usage') return [];
      throw error;
    }
  });
}
