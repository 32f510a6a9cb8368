import type { Basis, ProviderConfig } from '../provider.ts';
import { oneOf, type SettingForms } from '../settings.ts';

/** How the files of a folder are to be read, where they cannot say it themselves. */
export type CsvSettings = {
  /** Basis of the prices. Needed, but for a look at what is there. */
  readonly basis?: Basis | undefined;
  /** Clock of times without an offset: an IANA zone, `UTC` or `exchange`. Default: the exchange's, where they fit it. */
  readonly zone?: string | undefined;
  /** Whether intraday stamps are the start of their bars (the default) or the end. */
  readonly stamps?: 'start' | 'end' | undefined;
  /** Order of the numbers in dates. Default: as they show; a file that does not is refused. */
  readonly dates?: 'dmy' | 'mdy' | 'ymd' | undefined;
  /** What parts the fraction of numbers. Default: as they show; a file that does not is refused. */
  readonly decimal?: 'point' | 'comma' | undefined;
  /** Day up to which splits are in split-adjusted prices: `YYYY-MM-DD`. */
  readonly asOf?: string | undefined;
};

const text = { is: (value: unknown) => typeof value === 'string' };

/** What they must be. */
export const CSV_SETTINGS = {
  basis: oneOf('raw', 'split-adjusted'),
  zone: { ...text, must: 'a time zone, such as America/New_York, or exchange' },
  stamps: oneOf('start', 'end'),
  dates: oneOf('dmy', 'mdy', 'ymd'),
  decimal: oneOf('point', 'comma'),
  asOf: { ...text, must: 'a date as text, YYYY-MM-DD' },
} satisfies SettingForms;

/** What a command has to say of a folder that nobody wrote down, each value as a word to be replaced, and what they are. */
export const CSV_TO_BE_SAID = {
  options: '--provider-url csv=FOLDER --basis BASIS',
  words: 'FOLDER being that of its files and BASIS what their prices are (raw or split-adjusted)',
};

/** The settings of a configuration that was found to be sound. */
export function csvSettings({ settings = {} }: Pick<ProviderConfig, 'settings'>): CsvSettings {
  return settings;
}
