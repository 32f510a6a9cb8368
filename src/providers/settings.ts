import { didYouMean } from '../core/closest.ts';
import { BackfillError } from '../core/errors.ts';
import { shown } from '../core/shown.ts';

/** What a setting of a provider may be. */
export interface SettingForm {
  readonly is: (value: unknown) => boolean;
  /** The same in words: `must be …`. */
  readonly must: string;
}

/** The settings that a provider takes, by name. */
export type SettingForms = Readonly<Record<string, SettingForm>>;

/** A setting that is one of some words. */
export function oneOf(...words: readonly string[]): SettingForm {
  return amongWords(words);
}

/** The same of a list of them. */
export function amongWords(words: readonly string[]): SettingForm {
  return { is: (value) => words.includes(value as string), must: `one of ${words.join(', ')}` };
}

/** One that is a whole number from 1 on, as a number or in digits: what is told by name is text. `unit`: `days`. */
export function wholeAboveZero(unit: string): SettingForm {
  const is = (value: unknown): boolean =>
    typeof value === 'string'
      ? /^\d{1,9}$/.test(value) && Number(value) > 0
      : Number.isSafeInteger(value) && (value as number) > 0;
  return { is, must: `a whole number of ${unit}, 1 or more` };
}

/**
 * Asserts that a provider takes its settings; one that is `undefined` counts as not said. Throws `usage` for a name that it
 * does not know and for a value that cannot be.
 */
export function assertSettings(
  provider: string,
  settings: Readonly<Record<string, unknown>>,
  forms: SettingForms,
): void {
  const known = Object.keys(forms);
  for (const [name, value] of Object.entries(settings)) {
    const form = known.includes(name) ? forms[name] : undefined;
    if (form === undefined) {
      const others = known.length === 0 ? '' : `; it has ${known.join(', ')}${didYouMean(name, known)}`;
      throw refused(`provider ${provider} has no setting "${name}"${others}`);
    }
    if (value !== undefined && !form.is(value))
      throw refused(`provider ${provider}: setting ${name} is ${shown(value)}; it must be ${form.must}`);
  }
}

function refused(message: string): BackfillError {
  return new BackfillError('usage', message, { scope: 'run' });
}
