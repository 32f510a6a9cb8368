/** What a URL begins with, behind the name of an option or without: `--store=postgres://`, `postgres//`, or a bare `postgres:`. */
const SCHEME = /^([^:/?#]{2,}?(?::\/*|\/\/+))(.*)$/s;

/** Parameters of a URL, and words of a text such as `host=db.example password=secret`. */
const IN_QUERY = /([?&][^=&]*passw[^=&]*=)[^&]*(?:&[^=&]*(?=&|$))*/gi;
const IN_WORDS = /((?:^|[\s=])[^=&?\s]*passw[^=&?\s]*\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|[^\s&]+)/gi;

/**
 * A text that may be a URL with what stands where a password does left out, however the rest of it is written: all from the
 * end of the user's name to the last `@`, since a password is often written with its `/`, `#` or `?`. `mark`: what stands for
 * it. Default: nothing.
 */
export function withoutPassword(text: string, mark = ''): string {
  const named = text.replaceAll(IN_QUERY, '$1…').replaceAll(IN_WORDS, '$1…');
  const [, scheme = '', rest = ''] = SCHEME.exec(named) ?? [];
  return scheme === '' ? named : scheme + withoutLogin(scheme, rest, mark);
}

function withoutLogin(scheme: string, rest: string, mark: string): string {
  const [authority = ''] = /^[^/?#]*/.exec(rest) ?? [];
  // A name of these may have an @ in it.
  if (/(^|=)file:/i.test(scheme) || (/(^|=)s3:/i.test(scheme) && !authority.includes(':')))
    return endpointHidden(hidden(rest, mark, authority.lastIndexOf('@')), mark);
  const at = rest.lastIndexOf('@');
  // Without a slash, it is not to be told where the name of a user ends.
  if (!scheme.endsWith('/')) return at < 0 ? rest : `…${rest.slice(at)}`;
  if (at >= 0) return hidden(rest, mark, at);
  // A login behind which the host was forgotten.
  return rest.replace(/^([^:/?#[\]]*:)(?!\d*(?:[/?#]|$))[^/?#]*/, '$1…');
}

/** `at`: where the login ends; negative: there is none. */
function hidden(rest: string, mark: string, at: number): string {
  const user = rest.slice(0, Math.max(at, 0)).search(/[:/?#]/);
  return user < 0 ? rest : rest.slice(0, user) + mark + rest.slice(at);
}

/** The same of the server of a bucket. */
function endpointHidden(rest: string, mark: string): string {
  const [, before, endpoint = ''] =
    /^([^?]*\?(?:.*&)?endpoint=[^:/%]*(?::|%3A)(?:\/|%2F)*)(.*)$/is.exec(rest) ?? [];
  const at = Math.max(endpoint.lastIndexOf('@'), endpoint.toUpperCase().lastIndexOf('%40'));
  return before === undefined || at < 0 ? rest : before + mark + endpoint.slice(at);
}
