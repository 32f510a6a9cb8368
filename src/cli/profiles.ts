import type { Setting, Settings } from './declaration.ts';

/** What options a profile sets, as they are written. It sets none that anything else says. */
export type Profile = Readonly<Record<string, string>>;

/**
 * How hard a provider is pressed: for trying things out, for every day, and for a key and a machine that nobody else needs.
 * None goes beyond what the provider declares.
 */
export const PROFILES = {
  gentle: { 'batch-size': '15', 'in-flight': '5', 'request-delay': '400ms', 'rate-share': '50%' },
  standard: { 'batch-size': '25', 'in-flight': '8', 'request-delay': '250ms', 'rate-share': '80%' },
  aggressive: { 'batch-size': '40', 'in-flight': '12', 'request-delay': '150ms', 'rate-share': '100%' },
} as const satisfies Readonly<Record<string, Profile>>;

/** An option that says in another way what these of a profile would: it sets them aside. */
const SETS_ASIDE: Readonly<Record<string, readonly string[]>> = {
  concurrency: ['in-flight'],
  'rate-limit': ['rate-share', 'request-delay'],
};

/** What a profile sets beside what is set already; nothing where there is no such profile. */
export function presetsOf(profile: string, isSet: (option: string) => boolean): Settings {
  const presets: Profile = Object.hasOwn(PROFILES, profile) ? PROFILES[profile as keyof typeof PROFILES] : {};
  const aside = new Set(
    Object.entries(SETS_ASIDE).flatMap(([option, others]) => (isSet(option) ? others : [])),
  );
  return new Map(
    Object.entries(presets).flatMap(([option, value]): [string, Setting][] =>
      isSet(option) || aside.has(option) ? [] : [[option, { value, source: `profile ${profile}` }]],
    ),
  );
}
