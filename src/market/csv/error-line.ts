/** What a server says in the place of the rows that were to come. A disclaimer of errors and delays is none. */
const ERROR = new RegExp(
  [
    /^\W*((fatal|internal|server|http|api|network) )*(error|exception|traceback|failed|failure)\b/,
    /\b(error|exception) ?[:=]/,
    /\b(rate|request|api|call|daily|usage) ?(limit|quota)\b/,
    /\b(limit|quota) (was |is |has been )?(exceeded|reached|hit|used up)\b/,
    /\b(too many requests|timed out|time-?out|access denied|unauthori[sz]ed|bad gateway|service unavailable)\b/,
    /\bconnection (was )?(reset|closed|refused|lost|aborted)\b|\bHTTP(\/\d(\.\d)?)? [45]\d\d\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** Whether a line that is no row says that something went wrong: rows are lacking where it stands. */
export function saysError(line: string): boolean {
  return ERROR.test(line);
}
