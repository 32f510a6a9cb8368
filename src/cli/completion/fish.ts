import { type CompletedCommand, type CompletedOption, ID_PATTERN, type Offer } from './completed.ts';

/** A script for fish that completes both programs; a line each. */
export function fishCompletion(commands: readonly CompletedCommand[]): string[] {
  const named = commands.filter(({ name }) => name !== '');
  const checkData = named.find(({ name }) => name === 'check-data');
  return [
    '# fish completion of backfill and check-data',
    'function __backfill_command',
    '  for word in (commandline -opc)[2..]',
    `    if contains -- $word ${named.map(({ name }) => name).join(' ')}`,
    '      echo $word',
    '      return',
    '    end',
    '  end',
    'end',
    'function __backfill_lists',
    '  set -l token (commandline -ct)',
    "  if string match -q '*@*' -- $token",
    "    set -l before (string replace -r '@[^@]*$' '@' -- $token)",
    "    for path in (__fish_complete_path (string replace -r '.*@' '' -- $token) | string replace -r '\\t.*' '')",
    '      echo $before$path',
    '    end',
    '  end',
    'end',
    'function __backfill_ids',
    '  set -l typed (commandline -opc)',
    '  if test -n "$argv[2]" -a "$typed[-1]" = $argv[1]',
    "    string split ' ' $argv[2]",
    '    return',
    '  end',
    '  set -l store',
    '  set -l at (contains -i -- --store $typed)',
    '  and set store --store $typed[(math $at + 1)]',
    "  string split ' ' $argv[3]",
    `  $typed[1] $argv[1] $store 2>/dev/null </dev/null | string match -r '${ID_PATTERN}'`,
    'end',
    'complete -c backfill -f',
    'complete -c check-data -f',
    ...named.map(
      ({ name, describe }) => `complete -c backfill -n __fish_is_first_arg -a ${name} -d ${quoted(describe)}`,
    ),
    ...commands.flatMap((one) =>
      linesOf('backfill', one, `-n 'test "$(__backfill_command)" = "${one.name}"' `),
    ),
    ...(checkData === undefined ? [] : linesOf('check-data', checkData, '')),
  ];
}

function linesOf(program: string, { options, words }: CompletedCommand, when: string): string[] {
  const begin = `complete -c ${program} ${when}`;
  return [
    ...(words.is === 'nothing' ? [] : [`${begin}${offered(words)}`]),
    ...options.map((option) => `${begin}${described(option)}`),
  ];
}

function described({ name, short, describe, value }: CompletedOption): string {
  const spelt = `${short === undefined ? '' : `-s ${short} `}-l ${name}`;
  const takes =
    value === undefined ? '' : ` ${value.offer.is === 'files' ? '-r' : '-x'} ${offered(value.offer)}`;
  return `${spelt}${takes.trimEnd()} -d ${quoted(describe)}`;
}

function offered(offer: Offer): string {
  if (offer.is === 'ids')
    return `-a '(__backfill_ids ${offer.command} "${offer.verbs.join(' ')}" "${offer.words.join(' ')}")'`;
  if (offer.is !== 'words')
    return {
      ...{ files: '-F', folders: "-a '(__fish_complete_directories)'" },
      ...{ lists: "-a '(__backfill_lists)'", nothing: '' },
    }[offer.is];
  const words = offer.words.join(' ');
  return offer.withCommas ? `-a '(__fish_append , ${words})'` : `-a '${words}'`;
}

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
