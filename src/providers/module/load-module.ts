import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BackfillError } from '../../core/errors.ts';
import type { HttpSteps } from '../http/steps.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Capabilities, ProviderConfig } from '../provider.ts';
import { checkedCapabilities } from './check-capabilities.ts';
import { shown } from './shown.ts';

/** What a provider of one's own is told when it is opened, in the main thread and in each worker. */
export type ModuleConfig = Pick<ProviderConfig, 'url' | 'timeoutMs' | 'settings'>;

/** What such a module exports by default: its steps, or a function that makes them of how it is configured. */
export type ProviderModule<State = unknown> =
  | HttpSteps<State>
  | ((config: ModuleConfig) => HttpSteps<State> | Promise<HttpSteps<State>>);

/** How `loadProvider` tells the user which module it speaks of. */
type Refuse = (what: string, cause?: unknown) => BackfillError;

/**
 * A provider of one's own, by the path of its module or its `file:` URL, for `openHistory`; its code is run here once, and
 * again in each worker thread. Throws `usage`, in one line, for a module that is not there, cannot be loaded, or does not
 * export a provider.
 */
export async function loadProvider(module: string, config: ModuleConfig = {}): Promise<ProviderConfig> {
  const url = module.startsWith('file:') ? module : pathToFileURL(resolve(module)).href;
  const { capabilities } = await stepsOf(url, config, module);
  return { ...config, id: capabilities.id, module: { url, capabilities } };
}

/** The steps that a module exports, as they are for a configuration. Throws like `loadProvider`. */
export async function stepsOf(
  url: string,
  { url: server, timeoutMs, settings }: ModuleConfig,
  name = fileURLToPath(url),
): Promise<HttpSteps<unknown>> {
  const refuse: Refuse = (what, cause) =>
    new BackfillError('usage', `provider ${name}: ${what}`, { scope: 'run', cause });
  const made = (await importedFrom(url, refuse)) as ProviderModule;
  const config = {
    ...(server !== undefined && { url: server }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(settings !== undefined && { settings }),
  };
  const steps = typeof made === 'function' ? await madeBy(made, config, refuse) : made;
  assertSteps(steps, refuse);
  const capabilities = checkedCapabilities(steps.capabilities, refuse);
  assertAsDeclared(steps, capabilities, refuse);
  return { ...steps, capabilities };
}

/** The default export of a module. */
async function importedFrom(url: string, refuse: Refuse): Promise<unknown> {
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
  throw refuse(`${what}; write export default { capabilities, request, parse, end }`);
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
  const why = `${cause.name}: ${line}`;
  return cause instanceof SyntaxError ? `${why}; node --check ${fileURLToPath(url)} shows the place` : why;
}

async function madeBy(
  make: (config: ModuleConfig) => unknown,
  config: ModuleConfig,
  refuse: Refuse,
): Promise<HttpSteps<unknown>> {
  try {
    return (await make(config)) as HttpSteps<unknown>;
  } catch (cause) {
    if (cause instanceof BackfillError) throw refuse(cause.message, cause);
    throw refuse(`its default export throws ${shown(cause)}`, cause);
  }
}

const NEEDED = ['request', 'parse', 'end'] as const;
const OPTIONAL = ['symbolOf', 'tickerOf'] as const;

function assertSteps(steps: HttpSteps<unknown>, refuse: Refuse): void {
  if (typeof steps !== 'object' || steps === null)
    throw refuse(
      `its default export gives ${shown(steps)}; it must be { capabilities, request, parse, end } or a function that gives that`,
    );
  for (const name of NEEDED)
    if (typeof steps[name] !== 'function')
      throw refuse(`its ${name} is ${shown(steps[name])}; it must be a function`);
  for (const name of OPTIONAL)
    if (steps[name] !== undefined && typeof steps[name] !== 'function')
      throw refuse(`its ${name} is ${shown(steps[name])}; it must be a function, or left out`);
}

/** What only some capabilities need is there with them. */
function assertAsDeclared(
  { tickers, market }: HttpSteps<unknown>,
  { listsTickers, intervals }: Capabilities,
  refuse: Refuse,
): void {
  if (listsTickers && ![tickers?.request, tickers?.parse].every(isFunction))
    throw refuse(`its tickers are ${shown(tickers)}; as it listsTickers they must be { request, parse }`);
  const ofMarket = Object.keys(intervals).find((interval) => intervals[interval as Interval]?.market);
  if (ofMarket !== undefined && !NEEDED.every((name) => isFunction(market?.[name])))
    throw refuse(`its market is ${shown(market)}; as ${ofMarket} has one it must be { request, parse, end }`);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
