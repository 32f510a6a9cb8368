import type { CompletedCommand, CompletedOption, Offer } from './completed.ts';

/** A script for bash (4 or later) that completes both programs; a line each. */
export function bashCompletion(commands: readonly CompletedCommand[]): string[] {
  const names = commands.flatMap(({ name }) => name || []);
  return [
    '# bash completion of backfill and check-data',
    '_backfill_words() { COMPREPLY=($(compgen -P "$head" -W "$1" -- "${cur##*,}")); }',
    '_backfill_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen "$1" -- "$cur"); }',
    '_backfill() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= head= word',
    '  [[ $cur == *,* ]] && head=${cur%,*},',
    '  COMPREPLY=()',
    '  if [[ ${COMP_WORDS[0]##*/} == check-data ]]; then command=check-data; else',
    '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `      case $word in ${names.join('|')}) command=$word; break ;; esac`,
    '    done',
    '  fi',
    '  case "$command $prev" in',
    ...valueCases(commands),
    '  esac',
    '  if [[ $cur == -* ]]; then',
    '    case $command in',
    ...commands.map(({ name, options }) => `      '${name}') _backfill_words '${flags(options)}' ;;`),
    '    esac',
    '    return',
    '  fi',
    '  case $command in',
    ...commands.map(({ name, words }) => {
      const offered = name === '' ? `((COMP_CWORD > 1)) || ${wordsCall(names)}` : call(words);
      return `    '${name}') ${offered} ;;`;
    }),
    '  esac',
    '}',
    'complete -F _backfill backfill check-data',
  ];
}

/** Which values are offered behind which options of which commands, those that are alike in one line. */
function valueCases(commands: readonly CompletedCommand[]): string[] {
  const patterns = new Map<string, string[]>();
  for (const { name, options } of commands)
    for (const { name: option, short, value } of options) {
      if (value === undefined) continue;
      const offered = call(value.offer);
      const spelt = [`--${option}`, ...(short === undefined ? [] : [`-${short}`])];
      const others = patterns.get(offered) ?? [];
      patterns.set(offered, [...others, ...spelt.map((one) => `'${name} ${one}'`)]);
    }
  return [...patterns].map(([offered, cases]) => `    ${cases.join('|')}) ${offered}; return ;;`);
}

function call(offer: Offer): string {
  if (offer.is === 'words') return wordsCall(offer.words);
  return { files: '_backfill_files -f', folders: '_backfill_files -d', nothing: ':' }[offer.is];
}

const wordsCall = (words: readonly string[]): string => `_backfill_words '${words.join(' ')}'`;

function flags(options: readonly CompletedOption[]): string {
  return options.map(({ name }) => `--${name}`).join(' ');
}
