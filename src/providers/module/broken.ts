import { BackfillError } from '../../core/errors.ts';
import { shown } from '../../core/shown.ts';

/** The error of a provider's own code. */
export function broken(id: string, what: string, cause?: unknown): BackfillError {
  return new BackfillError('provider-broken', `the code of provider ${id}: ${what}`, { cause });
}

/** What a step throws; `url`: of the module, whose place is said. */
export function thrownBy(step: string, cause: unknown, id: string, url: string): BackfillError {
  if (cause instanceof BackfillError) return cause;
  return broken(id, `its ${step} throws ${shown(cause)}${placeIn(cause, url)}`, cause);
}

/** JSON that is cut or none at all is the server's fault, and is asked for again. */
export function parsed<Made>(parse: () => Made, id: string): Made {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const message = `${id}'s answer cannot be read: ${cause.message}`;
    throw new BackfillError('bad-answer', message, { retryable: true, cause });
  }
}

/** ` (acme.mjs:12:7)`: where in the module something was thrown; empty where that is not known. */
function placeIn(cause: unknown, url: string): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const file = url.slice(url.lastIndexOf('/'));
  const at = stack.indexOf(`${file}:`);
  const place = at < 0 ? undefined : /^\d+:\d+/.exec(stack.slice(at + file.length + 1))?.[0];
  return place === undefined ? '' : ` (${file.slice(1)}:${place})`;
}
