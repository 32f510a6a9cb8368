import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BackfillError } from '../core/errors.ts';
import { shown } from '../core/shown.ts';

/** Tells the user which module is refused, and why. */
export type Refuse = (what: string, cause?: unknown) => BackfillError;

/** The `file:` URL of a module that is named by its path, or by that URL. */
export function moduleUrl(module: string): string {
  return module.startsWith('file:') ? module : pathToFileURL(resolve(module)).href;
}

/**
 * What a module of the user's exports by default. Throws what `refuse` makes of the reason for which there is none: no file,
 * code that cannot be loaded, nothing exported as in the `model`.
 */
export async function defaultExport(url: string, model: string, refuse: Refuse): Promise<unknown> {
  await assertFile(url, refuse);
  let exported: { default?: unknown };
  try {
    exported = (await import(url)) as { default?: unknown };
  } catch (cause) {
    if (cause instanceof BackfillError) throw cause;
    throw refuse(`it cannot be loaded: ${reasonOf(cause, url)}`, cause);
  }
  if (exported.default !== undefined) return exported.default;
  const others = Object.keys(exported);
  const what = others.length === 0 ? 'it exports nothing' : `it exports only ${others.join(', ')}`;
  throw refuse(`${what}; write ${model}`);
}

async function assertFile(url: string, refuse: Refuse): Promise<void> {
  const path = fileURLToPath(url);
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refuse(code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read (${code})`, cause);
  }
  if (!isFile) throw refuse(`${path} is no file; name the module itself`);
}

/** Why a module cannot be loaded, and what to do. */
function reasonOf(cause: unknown, url: string): string {
  if (!(cause instanceof Error)) return `it throws ${shown(cause)}`;
  const code = 'code' in cause ? cause.code : undefined;
  const [line = ''] = cause.message.split('\n');
  const missing = code === 'ERR_MODULE_NOT_FOUND' && /^Cannot find package '([^']+)'/.exec(line)?.[1];
  if (missing) return `it imports ${missing}, which is not installed there; npm install ${missing} beside it`;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(url))
    return `this Node reads no TypeScript; use Node 22.18 or later, or make JavaScript of it: npx esbuild ${basename(fileURLToPath(url))} --outfile=${basename(fileURLToPath(url)).replace(/ts$/, 'js')}`;
  const why = `${cause.name}: ${line}`;
  return cause instanceof SyntaxError ? `${why}; node --check ${fileURLToPath(url)} shows the place` : why;
}
