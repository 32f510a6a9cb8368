import { type CompletedCommand, type CompletedOption, ID_PATTERN, type Offer } from './completed.ts';

/** A script for bash (4 or later) that completes both programs; a line each. */
export function bashCompletion(commands: readonly CompletedCommand[]): string[] {
  const names = commands.flatMap(({ name }) => name || []);
  return [
    '# bash completion of backfill and check-data',
    '_backfill_words() { COMPREPLY=($(compgen -P "$head" -W "$1" -- "${cur##*,}")); }',
    '_backfill_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen "$1" -- "$cur"); }',
    // Where an @ is a word of its own, as bash has it by default, the name behind it is replaced with the @ nevertheless.
    '_backfill_lists() {',
    '  if [[ $prev == @ ]]; then mapfile -t COMPREPLY < <(compgen -P @ -f -- "$cur")',
    '  elif [[ $cur == @ ]]; then mapfile -t COMPREPLY < <(compgen -P @ -f)',
    '  elif [[ ${cur##*,} == @* ]]; then mapfile -t COMPREPLY < <(compgen -P "$head@" -f -- "${cur##*@}"); fi',
    '}',
    '_backfill_ids() {',
    '  local at store=()',
    '  for ((at = 1; at < COMP_CWORD; at++)); do',
    '    [[ ${COMP_WORDS[at]} == --store ]] && store=(--store "${COMP_WORDS[at+1]}")',
    '  done',
    `  _backfill_words "$2 $("\${COMP_WORDS[0]}" "$1" "\${store[@]}" 2>/dev/null </dev/null | grep -oE '${ID_PATTERN}')"`,
    '}',
    '_backfill() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= head= word',
    '  [[ $cur == *,* ]] && head=${cur%,*},',
    '  COMPREPLY=()',
    '  if [[ ${COMP_WORDS[0]##*/} == check-data ]]; then command=check-data; else',
    '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `      case $word in ${names.join('|')}) command=$word; break ;; esac`,
    '    done',
    '  fi',
    '  if [[ $prev == @ ]]; then _backfill_lists; return; fi',
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
      const offered =
        name === ''
          ? `((COMP_CWORD > 1)) || [[ $cur == @* ]] || ${wordsCall(names)}; [[ $COMPREPLY ]] || ${call(words)}`
          : call(words);
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
  if (offer.is !== 'ids')
    return {
      ...{ files: '_backfill_files -f', folders: '_backfill_files -d' },
      ...{ lists: '_backfill_lists', nothing: ':' },
    }[offer.is];
  const { command, words, verbs } = offer;
  const ids = `_backfill_ids ${command} '${words.join(' ')}'`;
  return verbs.length === 0 ? ids : `if [[ $prev == ${command} ]]; then ${wordsCall(verbs)}; else ${ids}; fi`;
}

const wordsCall = (words: readonly string[]): string => `_backfill_words '${words.join(' ')}'`;

function flags(options: readonly CompletedOption[]): string {
  return options.map(({ name }) => `--${name}`).join(' ');
}
