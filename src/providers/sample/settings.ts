import type { ProviderConfig } from '../provider.ts';
import type { SettingForms } from '../settings.ts';

/** Which invented market is meant. */
export type SampleSettings = {
  /** A whole number. Default: 1. */
  readonly seed?: number | undefined;
};

/** What they must be. */
export const SAMPLE_SETTINGS = {
  seed: { is: Number.isSafeInteger, must: 'a whole number' },
} satisfies SettingForms;

/** The settings of a configuration that was found to be sound. */
export function sampleSettings({ settings = {} }: Pick<ProviderConfig, 'settings'>): SampleSettings {
  return settings;
}
