import { homedir } from 'node:os';
import { BackfillError } from '../index.ts';
import { didYouMean } from '../terminal.ts';
import { withSource } from './by-source.ts';
import { type Declaration, type Declarations, type Setting, type Settings, wordName } from './declaration.ts';
import { assertHasEffect, oneOf } from './has-effect.ts';
import { chainIn } from './own-providers.ts';
import { presetsOf } from './profiles.ts';
import type { Given, Line } from './read-line.ts';
import { readSetting, settingsBeside, settingsFor } from './settings.ts';

/** What a command gets, by names in camel case, and where each value that is a setting stands. */
export interface Settled {
  readonly values: Readonly<Record<string, unknown>>;
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Flags above settings above defaults, with choices checked, what is required there, and no option given that would have
 * no effect. `explicit` options no setting may give. Throws `usage`.
 */
export function settleValues(
  command: string,
  line: Line,
  declared: Declarations,
  settings: Settings,
  explicit: readonly string[] = [],
): Settled {
  const given = withWords(command, line, declared);
  const beside = settingsBeside(settings, providerMeant(given, settings, declared));
  const said = settingsFor(beside, declared, new Set(given.keys()), explicit);
  const meant = new Map([...said, ...profileOf(given, said, declared)]);
  const all = new Map<string, true | readonly string[]>();
  const values = new Map<string, unknown>();
  for (const [name, declaration] of Object.entries(declared)) {
    const setting = given.has(name) ? undefined : meant.get(name);
    const texts = textsOf(name, given.get(name), setting, declaration);
    if (texts !== undefined) all.set(name, texts);
    if (declaration.required && texts === undefined)
      throw new BackfillError('usage', `${command} needs ${wordName(name, declaration)}; --help shows how`);
    values.set(name, valueOf(name, texts, declaration, setting?.source));
  }
  for (const name of given.keys()) assertHasEffect(name, all, declared);
  return {
    values: Object.fromEntries([...values].map(([name, value]) => [camelCase(name), value])),
    sources: new Map([...meant].map(([name, { source }]) => [name, source])),
  };
}

/** What is given, the words that stand alone included. */
function withWords(command: string, { given, words }: Line, declared: Declarations): Given {
  const all = new Map(given);
  const left = [...words];
  for (const [name, declaration] of Object.entries(declared)) {
    const { word } = declaration;
    if (word === undefined || left.length === 0) continue;
    const before = all.get(name);
    if (word === 'one' && before !== undefined) continue;
    const taken = word === 'one' ? left.splice(0, 1) : left.splice(0);
    all.set(name, [...(Array.isArray(before) ? (before as readonly string[]) : []), ...taken]);
    if (taken.some((text) => text.trim() === ''))
      throw new BackfillError(
        'usage',
        `${wordName(name, declaration)} is empty; give it${canBeLeftOut(declaration, all) ? ', or leave it out' : ''}`,
      );
  }
  if (left.length === 0) return all;
  throw new BackfillError('usage', `${command} does not know what to do with "${left.join(' ')}"`);
}

function canBeLeftOut({ required, requiredUnless }: Declaration, given: Given): boolean {
  return required === undefined && requiredUnless?.every((name) => !given.has(name)) !== true;
}

/** The provider that is asked, of several the first; none where the command asks nobody. */
function providerMeant(given: Given, settings: Settings, declared: Declarations): string {
  const { provider: declaration } = declared;
  if (declaration === undefined) return '';
  const texts = textsOf('provider', given.get('provider'), settings.get('provider'), declaration);
  const [first = ''] = texts === true || texts === undefined ? [] : chainIn(texts.join(','));
  return first;
}

/** What the profile that is chosen, if one is, sets of the options that nothing else says. */
function profileOf(given: Given, said: Settings, declared: Declarations): Settings {
  const { profile: declaration } = declared;
  if (declaration === undefined) return new Map();
  const chosen = textsOf('profile', given.get('profile'), said.get('profile'), declaration);
  const [profile = ''] = chosen === true ? [] : (chosen ?? []);
  const presets = presetsOf(profile, (name) => given.has(name) || said.has(name));
  return new Map([...presets].filter(([name]) => name in declared));
}

/** What an option is set to: given, or a setting, or its default; undefined: nothing, or off. */
function textsOf(
  name: string,
  given: true | readonly string[] | undefined,
  setting: Setting | undefined,
  declaration: Declaration,
): true | readonly string[] | undefined {
  const { default: fallback } = declaration;
  return (
    given ??
    (setting && readSetting(name, setting, declaration)) ??
    (fallback === undefined ? undefined : [fallback])
  );
}

/**
 * An option's value, from what it is set to. A complaint begins with `source`, where that stands. Throws `usage`, and
 * `unknown-provider`.
 */
export function valueOf(
  name: string,
  texts: true | readonly string[] | undefined,
  declaration: Declaration,
  source?: string,
): unknown {
  try {
    return readTexts(name, texts, declaration);
  } catch (error) {
    throw source === undefined ? error : withSource(error, source);
  }
}

function readTexts(
  name: string,
  texts: true | readonly string[] | undefined,
  declaration: Declaration,
): unknown {
  const { type, read = (_, text): unknown => text } = declaration;
  if (type === 'switch') return texts === true;
  const all = texts === true || texts === undefined ? [] : texts.map(fromHome);
  for (const text of all) assertChoice(name, text, declaration);
  if (type === 'list') return all.map((text) => read(`--${name}`, text));
  return all.length === 0 ? undefined : read(`--${name}`, all.join(','));
}

/** A path below `~`, where no shell has written it out: in a setting, in quotes, behind `=`. */
function fromHome(text: string): string {
  return text.replace(/^([a-z]\w*=)?~(?=\/|$)/, (_, of: string = '') => of + homedir());
}

function assertChoice(name: string, text: string, declaration: Declaration): void {
  const { choices, word } = declaration;
  if (choices === undefined || choices.includes(text)) return;
  const near = didYouMean(text, choices);
  const called = word === 'one' ? wordName(name, declaration) : `--${name}`;
  throw new BackfillError('usage', `${called} ${text}: it must be ${oneOf(choices)}${near}`);
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
