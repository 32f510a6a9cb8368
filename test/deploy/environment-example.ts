import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../package/checkout.ts';

/** A line of .env.example that sets a variable, or would without its `#`. */
export interface Example {
  readonly name: string;
  readonly value: string;
  readonly isSet: boolean;
}

const EXAMPLE_TEXT = readFileSync(join(ROOT, '.env.example'), 'utf8');

export const EXAMPLES: readonly Example[] = examplesIn(EXAMPLE_TEXT);

function examplesIn(text: string): Example[] {
  return text.split('\n').flatMap((line) => {
    const [, sign, name = '', value = ''] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    return sign === undefined ? [] : [{ name, value, isSet: sign === '' }];
  });
}

/** The resource profiles, by their first words: `Free tier`. */
export const RESOURCE_PROFILES: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  [...EXAMPLE_TEXT.matchAll(/^# (Free tier|Standard|High): .*\n((?:#[A-Z_]+=.*\n)+)/gm)].map(
    ([, title = '', lines = '']) => [
      title,
      Object.fromEntries(examplesIn(lines).map(({ name, value }) => [name, value])),
    ],
  ),
);
