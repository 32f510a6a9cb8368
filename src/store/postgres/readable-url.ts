import { BackfillError } from '../../core/errors.ts';
import { withoutPassword } from '../../core/without-password.ts';

const FORM = 'postgres://USER@HOST:5432/DATABASE';
const SIGNS =
  'a / # ? or @ in a password is written %2F %23 %3F %40 there; or leave the password out, and give it in PGPASSWORD or ~/.pgpass';

/** A URL of a PostgreSQL server that says what it means. Throws `usage`, without the password, for any other. */
export function assertReadable(text: string): URL {
  const why = whyUnreadable(text);
  if (why !== undefined) throw new BackfillError('usage', `"${withoutPassword(text)}" ${why}`);
  return new URL(text);
}

function whyUnreadable(text: string): string | undefined {
  const rest = text.slice(text.indexOf('//') + 2);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Where such a sign stands before the @, what is read as the host is the user, and as the port what the password begins with.
  const isSplit = /[/?#].*@/s.test(rest);
  const isWhole = url !== undefined && !url.pathname.includes('@') && url.hash === '' && !hasStranger(url);
  if (isSplit && !isWhole) return `is no URL that can be read: ${SIGNS}`;
  if (url === undefined) return `is no URL that can be read; write ${FORM}`;
  if (url.pathname.length <= 1) return `names no database; write ${FORM}`;
  if (url.searchParams.get('schema') === '') return `has an empty ?schema=; name one, or leave it out`;
  return undefined;
}

/** Whether a parameter is named by what belongs to no name. */
function hasStranger({ searchParams }: URL): boolean {
  return [...searchParams.keys()].some((name) => name.includes('@'));
}
