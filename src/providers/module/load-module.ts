import { fileURLToPath } from 'node:url';
import { BackfillError } from '../../core/errors.ts';
import type { HttpSteps } from '../http/steps.ts';
import type { Interval } from '../../core/session/interval.ts';
import { type Names, assertKnown } from '../../core/known-names.ts';
import type { Capabilities, ProviderConfig } from '../provider.ts';
import { type Refuse, defaultExport, moduleUrl } from '../../market/own-module.ts';
import { type DeclaredCapabilities, checkedCapabilities } from './check-capabilities.ts';
import { shown } from '../../core/shown.ts';

/** What a provider of one's own is told when it is opened, in the main thread and in each worker. */
export type ModuleConfig = Pick<ProviderConfig, 'url' | 'timeoutMs' | 'settings'>;

const MODULE_CONFIG = { url: true, timeoutMs: true, settings: true } satisfies Names<ModuleConfig>;

/** The steps of such a provider. `State`: whatever its pages tell each other. */
export interface ModuleSteps<State> extends Omit<HttpSteps<State>, 'capabilities'> {
  readonly capabilities: DeclaredCapabilities;
}

/** What such a module exports by default: its steps, or a function that makes them of how it is configured. */
export type ProviderModule<State> =
  | ModuleSteps<State>
  | ((config: ModuleConfig) => ModuleSteps<State> | Promise<ModuleSteps<State>>);

/**
 * A provider of one's own, by the path of its module or its `file:` URL, for `openHistory`; its code is run here once, and
 * again in each worker thread. Throws `usage`, in one line, for a module that is not there, cannot be loaded, or does not
 * export a provider.
 */
export async function loadProvider(module: string, config: ModuleConfig = {}): Promise<ProviderConfig> {
  assertKnown('loadProvider', config, MODULE_CONFIG);
  const url = moduleUrl(module);
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
  const made = (await defaultExport(
    url,
    'export default { capabilities, request, parse, end }',
    refuse,
  )) as ProviderModule<unknown>;
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

async function madeBy(
  make: (config: ModuleConfig) => unknown,
  config: ModuleConfig,
  refuse: Refuse,
): Promise<ModuleSteps<unknown>> {
  try {
    return (await make(config)) as ModuleSteps<unknown>;
  } catch (cause) {
    if (cause instanceof BackfillError) throw refuse(cause.message, cause);
    throw refuse(`its default export throws ${shown(cause)}`, cause);
  }
}

const NEEDED = ['request', 'parse', 'end'] as const;
const OPTIONAL = ['symbolOf', 'tickerOf'] as const;

function assertSteps(steps: ModuleSteps<unknown>, refuse: Refuse): void {
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
  { tickers, market, actions, discover }: ModuleSteps<unknown>,
  { listsTickers, discovers, intervals }: Capabilities,
  refuse: Refuse,
): void {
  if (listsTickers && ![tickers?.request, tickers?.parse].every(isFunction))
    throw refuse(`its tickers are ${shown(tickers)}; as it listsTickers they must be { request, parse }`);
  if (discovers !== undefined && !NEEDED.every((name) => isFunction(discover?.[name])))
    throw refuse(
      `its discover is ${shown(discover)}; as it discovers universes it must be { request, parse, end }`,
    );
  const ofMarket = Object.keys(intervals).find((interval) => intervals[interval as Interval]?.market);
  if (ofMarket !== undefined && !NEEDED.every((name) => isFunction(market?.[name])))
    throw refuse(`its market is ${shown(market)}; as ${ofMarket} has one it must be { request, parse, end }`);
  const ofActions = Object.keys(intervals).find(
    (interval) => intervals[interval as Interval]?.market?.actionPages,
  );
  if (ofActions !== undefined && !NEEDED.every((name) => isFunction(market?.actions?.[name])))
    throw refuse(
      `its market.actions are ${shown(market?.actions)}; as the market of ${ofActions} has actionPages they must be ` +
        '{ request, parse, end }',
    );
  const apart = Object.entries(intervals).find(
    ([, { requestsForActions = 0 }]) => requestsForActions > 0,
  )?.[0];
  if (apart !== undefined && !NEEDED.every((name) => isFunction(actions?.[name])))
    throw refuse(
      `its actions are ${shown(actions)}; as ${apart} has requestsForActions they must be { request, parse, end }`,
    );
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
