import { BackfillError, tierNames } from '../index.ts';
import { didYouMean } from '../terminal.ts';
import type { Declaration, Texts } from './declaration.ts';
import { oneOf } from './has-effect.ts';
import { chainIn } from './own-providers.ts';

/** What is said of the plans of keys. */
export interface TierWords {
  /** A word without a provider: that of each which knows it and is not named. */
  readonly word: string | undefined;
  /** By provider. */
  readonly named: ReadonlyMap<string, string>;
}

const NOTHING: TierWords = { word: undefined, named: new Map() };

const TIERS = tierNames();

/** `--tier starter`, or `--tier polygon=starter,alphavantage=free`. */
export const TIER = {
  value: 'NAME',
  otherwise: 'free',
  joined: true,
  isList: true,
  offers: [
    ...new Set([...TIERS.values()].flat()),
    ...[...TIERS].flatMap(([provider, names]) => names.map((name) => `${provider}=${name}`)),
  ],
  read: parseTiers,
  needs: { provider: takersOf },
  describe:
    'The plan of the key: free, legacy or its requests a minute with alphavantage; free, starter, developer, advanced with ' +
    'polygon; of several providers polygon=starter,alphavantage=75',
} as const satisfies Declaration;

/** Of one part: the provider that it names, or those that it does not and no other part does. */
function takersOf(part: string, all: Texts): readonly string[] {
  const { provider } = partOf(part);
  if (provider !== undefined) return [provider];
  const texts = all.get('tier') ?? true;
  const parts = texts === true ? [] : texts.flatMap((text) => text.split(','));
  const named = new Set(parts.map((one) => partOf(one).provider));
  return [...TIERS.keys()].filter((id) => !named.has(id));
}

function partOf(text: string): { readonly provider: string | undefined; readonly word: string } {
  const at = text.indexOf('=');
  if (at < 0) return { provider: undefined, word: text.trim() };
  return { provider: text.slice(0, at).trim(), word: text.slice(at + 1).trim() };
}

/** Throws `usage` for a provider that has no tiers, or is named twice, and for a word that it does not know. */
function parseTiers(name: string, text: string): TierWords {
  const named = new Map<string, string>();
  const words: string[] = [];
  for (const part of text.split(',')) {
    const { provider, word } = partOf(part);
    if (word === '')
      throw new BackfillError(
        'usage',
        `${name} ${text}: a plan is empty; write NAME, or PROVIDER=NAME,PROVIDER=NAME`,
      );
    if (provider === undefined) words.push(word);
    else {
      assertKnown(name, provider, word);
      if (named.has(provider))
        throw new BackfillError(
          'usage',
          `${name} ${text}: ${provider} is named twice (${named.get(provider)}, ${word}); name it once`,
        );
      named.set(provider, word);
    }
  }
  const [word, second] = words;
  if (second !== undefined)
    throw new BackfillError(
      'usage',
      `${name} ${text}: of ${word} and ${second} it is not said whose they are; write PROVIDER=${word},PROVIDER=${second}`,
    );
  return { word, named };
}

function assertKnown(name: string, provider: string, word: string): void {
  const names = TIERS.get(provider);
  const written = `${name} ${provider}=${word}`;
  if (names === undefined)
    throw new BackfillError(
      'usage',
      `${written}: a plan is told so of ${oneOf([...TIERS.keys()])} only${didYouMean(provider, TIERS.keys())}`,
    );
  if (names.includes(word)) return;
  throw new BackfillError(
    'usage',
    `${written}: ${provider} has no such plan; it has ${names.join(', ')}${didYouMean(word, names)}`,
  );
}

/** The plan of a provider of a chain (`polygon,yahoo`); undefined: nothing is said of it. */
export function tierFor(provider: string, { word, named }: TierWords = NOTHING): string | undefined {
  const isItsWord = word !== undefined && TIERS.get(provider)?.includes(word) === true;
  return named.get(provider) ?? (isItsWord ? word : undefined);
}

/**
 * Asserts that a word without a provider is one that a provider of the chain knows. Throws `usage`, naming what those have
 * that it might be of.
 */
export function assertTierOfOne(chain: string, { word, named }: TierWords = NOTHING): void {
  if (word === undefined) return;
  const asked = chainIn(chain).flatMap((id) => {
    const names = named.has(id) ? undefined : TIERS.get(id);
    return names === undefined ? [] : [{ id, names }];
  });
  if (asked.length === 0 || asked.some(({ names }) => names.includes(word))) return;
  const all = asked.map(({ id, names }) => `${id} has ${names.join(', ')}`).join('; ');
  const near = didYouMean(
    word,
    asked.flatMap(({ names }) => names),
  );
  throw new BackfillError('usage', `--tier ${word}: there is no such plan; ${all}${near}`);
}
