import {
  type CompletedCommand,
  type CompletedOption,
  ID_PATTERN,
  type Offer,
  type OfferedIds,
} from './completed.ts';

/** A script for zsh that completes both programs, as a file `_backfill` in `fpath` or by `eval`; a line each. */
export function zshCompletion(commands: readonly CompletedCommand[]): string[] {
  const named = commands.filter(({ name }) => name !== '');
  return [
    '#compdef backfill check-data',
    '_backfill_commands() {',
    '  local -a commands=(',
    ...named.map(({ name, describe }) => `    ${quoted(`${escaped(name)}:${describe}`)}`),
    '  )',
    "  [[ $PREFIX != *@* ]] && ((CURRENT == 2)) && _describe 'command' commands || _backfill_lists",
    '}',
    '_backfill_word() { return 1; }',
    "_backfill_lists() { compset -P '*@' && _files; }",
    ...commands.flatMap(({ words }) => (words.is === 'ids' ? idsFunction(words) : [])),
    '_backfill() {',
    '  local command= at',
    '  if [[ ${words[1]:t} == check-data ]]; then command=check-data; else',
    '    for ((at = 2; at < CURRENT; at++)); do',
    `      case $words[at] in (${named.map(({ name }) => name).join('|')})`,
    '        command=$words[at]; words[at]=(); ((CURRENT--)); break ;;',
    '      esac',
    '    done',
    '  fi',
    '  case $command in',
    ...commands.flatMap(({ name, options, words }) => [
      `    (${name === '' ? "''" : name}) _arguments -s \\`,
      ...options.map((option) => `      ${specOf(option)} \\`),
      `      ${wordSpecOf(name, words)} ;;`,
    ]),
    '  esac',
    '}',
    'if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _backfill "$@"; else compdef _backfill backfill check-data; fi',
  ];
}

/** What may stand alone. Of an action that is blank `_arguments` would offer no option either, where one is begun. */
function wordSpecOf(name: string, words: Offer): string {
  if (name === '') return "'*: :_backfill_commands'";
  return words.is === 'nothing' ? "'*: :_backfill_word'" : quoted(`*: :${actionOf(words)}`);
}

/** As `_arguments` takes it; an option may be given again, since some may. */
function specOf({ name, short, describe, value }: CompletedOption): string {
  const says = `[${escaped(describe)}]`;
  const takes = value === undefined ? '' : `:${escaped(value.called)}:${actionOf(value.offer)}`;
  const long = quoted(`*--${name}${says}${takes}`);
  return short === undefined ? long : `${quoted(`*-${short}${says}${takes}`)} ${long}`;
}

const idsName = (command: string): string => `_backfill_${command}_ids`;

/** Where a command has verbs, they stand right behind it: what the command was is taken out of `words` by then. */
function idsFunction({ command, words, verbs }: OfferedIds): string[] {
  return [
    `${idsName(command)}() {`,
    ...(verbs.length === 0 ? [] : [`  if ((CURRENT == 2)); then compadd - ${verbs.join(' ')}; return; fi`]),
    '  local -a ids store; local at=${words[(I)--store]}',
    '  ((at)) && store=(--store ${(Q)words[at+1]})',
    `  ids=(${words.join(' ')} \${(f)"$($words[1] ${command} $store 2>/dev/null </dev/null | grep -oE '${ID_PATTERN}')"})`,
    '  compadd -a ids',
    '}',
  ];
}

function actionOf(offer: Offer): string {
  if (offer.is === 'ids') return idsName(offer.command);
  if (offer.is !== 'words')
    return { files: '_files', folders: '_files -/', lists: '_backfill_lists', nothing: ' ' }[offer.is];
  const words = offer.words.join(' ');
  return offer.withCommas ? `_sequence compadd - ${words}` : `(${words})`;
}

const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
