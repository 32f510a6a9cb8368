import { BackfillError, didYouMean } from '../index.ts';
import type { Declaration, Declarations } from './declaration.ts';
import type { Given, Line } from './read-line.ts';
import { type Setting, type Settings, readSetting, settingsFor } from './settings.ts';

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
  const meant = settingsFor(settings, declared, new Set(given.keys()), explicit);
  const values = new Map<string, unknown>();
  for (const [name, declaration] of Object.entries(declared)) {
    const setting = given.has(name) ? undefined : meant.get(name);
    values.set(name, valueOf(name, given.get(name), setting, declaration));
    if (declaration.required && values.get(name) === undefined)
      throw new BackfillError('usage', `${command} needs ${wordName(name, declaration)}; --help shows how`);
  }
  for (const [name, texts] of given) assertHasEffect(name, texts, declared[name]?.needs, values);
  return {
    values: Object.fromEntries([...values].map(([name, value]) => [camelCase(name), value])),
    sources: new Map([...meant].map(([name, { source }]) => [name, source])),
  };
}

/** What is given, the words that stand alone included. */
function withWords(command: string, { given, words }: Line, declared: Declarations): Given {
  const all = new Map(given);
  const left = [...words];
  for (const [name, { word }] of Object.entries(declared)) {
    if (word === undefined || left.length === 0) continue;
    const before = all.get(name);
    if (word === 'one' && before !== undefined) continue;
    const taken = word === 'one' ? left.splice(0, 1) : left.splice(0);
    all.set(name, [...(Array.isArray(before) ? (before as readonly string[]) : []), ...taken]);
    if (taken.some((text) => text.trim() === ''))
      throw new BackfillError(
        'usage',
        `${wordName(name, declared[name])} is empty; give it, or leave it out`,
      );
  }
  if (left.length === 0) return all;
  throw new BackfillError('usage', `${command} does not know what to do with "${left.join(' ')}"`);
}

/** One option's value: given, or a setting, or its default. Throws `usage`, saying where it stands. */
function valueOf(
  name: string,
  given: true | readonly string[] | undefined,
  setting: Setting | undefined,
  declaration: Declaration,
): unknown {
  const { type, default: fallback, read = (_, text): unknown => text } = declaration;
  const raw =
    given ??
    (setting && readSetting(name, setting, declaration)) ??
    (fallback === undefined ? undefined : [fallback]);
  if (type === 'switch') return raw === true;
  const texts = raw === true || raw === undefined ? [] : raw;
  try {
    for (const text of texts) assertChoice(name, text, declaration);
    if (type === 'list') return texts.map((text) => read(`--${name}`, text));
    return texts.length === 0 ? undefined : read(`--${name}`, texts.join(','));
  } catch (error) {
    throw setting === undefined ? error : withSource(error, setting.source);
  }
}

/** A complaint about a setting says where that stands. */
export function withSource(error: unknown, source: string): unknown {
  return error instanceof BackfillError
    ? new BackfillError(error.code, `${source}: ${error.message}`, { cause: error.cause })
    : error;
}

function assertChoice(name: string, text: string, { choices }: Declaration): void {
  if (choices === undefined || choices.includes(text)) return;
  const near = didYouMean(text, choices);
  throw new BackfillError('usage', `--${name} ${text}: it must be ${oneOf(choices)}${near}`);
}

/** Refuses an option of which the others make that it would change nothing. */
function assertHasEffect(
  name: string,
  texts: true | readonly string[],
  needs: Declaration['needs'],
  values: ReadonlyMap<string, unknown>,
): void {
  for (const [other, need] of Object.entries(needs ?? {})) {
    const value = values.get(other);
    const isThere = value !== undefined && value !== false;
    const shown = typeof value === 'string' ? value : '';
    for (const text of texts === true ? [''] : texts) {
      const wanted = typeof need === 'function' ? need(text) : need;
      if (wanted === 'given' ? isThere : wanted.includes(shown)) continue;
      const written = text === '' ? `--${name}` : `--${name} ${text}`;
      const belongs = wanted === 'given' ? `--${other}` : oneOf(wanted.map((one) => `--${other} ${one}`));
      const why = isThere ? `with --${other} ${shown}; it belongs to` : 'without';
      throw new BackfillError('usage', `${written} has no effect ${why} ${belongs}`);
    }
  }
}

function oneOf(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

/** What the usage line calls an option's words: `TICKER`. */
export function wordName(name: string, declaration: Declaration | undefined): string {
  return declaration?.value ?? name.toUpperCase();
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
