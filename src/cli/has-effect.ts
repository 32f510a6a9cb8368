import { BackfillError } from '../index.ts';
import { type Declaration, type Declarations, type Texts, wordName } from './declaration.ts';

/** Refuses an option of which the others make that it would change nothing. Throws `usage`. */
export function assertHasEffect(name: string, all: Texts, declared: Declarations): void {
  const { needs = {}, needsAny, voidWith = [], joined } = declared[name] ?? {};
  for (const text of textsOf(all.get(name))) {
    const written = writtenAs(name, text);
    for (const [other, need] of Object.entries(needs))
      // What may be given several times is a list, each part of which has to be of use.
      for (const part of joined ? text.split(',') : [text]) {
        const wanted = typeof need === 'function' ? need(part, all) : need;
        const why = whyNot(other, wanted, all.get(other), declared[other]);
        if (why !== undefined)
          throw new BackfillError('usage', `${writtenAs(name, part)} has no effect ${why}`);
      }
    if (needsAny?.some((one) => all.has(one)) === false)
      throw new BackfillError(
        'usage',
        `${written} has no effect without ${oneOf(needsAny.map((one) => `--${one}`))}`,
      );
    const other = voidWith.find((one) => all.has(one));
    if (other !== undefined)
      throw new BackfillError('usage', `${written} has no effect with ${shown(other, all.get(other))}`);
  }
}

function writtenAs(name: string, text: string): string {
  return text === '' ? `--${name}` : `--${name} ${text}`;
}

/** Why what an option needs of another is not there; undefined if it is. */
function whyNot(
  name: string,
  wanted: 'given' | readonly string[],
  texts: true | readonly string[] | undefined,
  declaration: Declaration | undefined,
): string | undefined {
  if (wanted === 'given')
    return texts === undefined
      ? `without ${declaration?.word === 'one' ? wordName(name, declaration) : `--${name}`}`
      : undefined;
  const choices = oneOf(wanted.map((text) => `--${name} ${text}`));
  if (texts === undefined) return `without ${choices}`;
  const given = textsOf(texts).join(',');
  // Of a list one will do.
  const isThere =
    wanted.includes(given) ||
    (declaration?.isList === true && given.split(',').some((one) => wanted.includes(one.trim())));
  return isThere ? undefined : `with ${shown(name, texts)}; it belongs to ${choices}`;
}

function shown(name: string, texts: true | readonly string[] | undefined): string {
  return `--${name} ${textsOf(texts).join(',')}`.trim();
}

function textsOf(texts: true | readonly string[] | undefined): readonly string[] {
  return texts === true || texts === undefined ? [''] : texts;
}

/** `a, b or c` */
export function oneOf(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}
