import { fileURLToPath } from 'node:url';
import { BackfillError } from '../../core/errors.ts';
import type { HttpSteps } from '../http/steps.ts';
import type { CheckedDefinition, ProviderDefinition } from './define-provider.ts';
import { MODULE_CONFIG, type ModuleConfig } from './module-config.ts';
import type { Interval } from '../../core/session/interval.ts';
import { assertKnown } from '../../core/known-names.ts';
import type { Capabilities, ProviderConfig } from '../provider.ts';
import { type Refuse, defaultExport, moduleUrl } from '../../market/own-module.ts';
import { type DeclaredCapabilities, checkedCapabilities } from './check-capabilities.ts';
import { shown } from '../../core/shown.ts';

/** The steps of such a provider. `State`: whatever its pages tell each other. */
export interface ModuleSteps<State> extends Omit<HttpSteps<State>, 'capabilities'> {
  readonly capabilities: DeclaredCapabilities;
}

/** What such a module exports by default: its steps, or a function that makes them of how it is configured. */
export type ProviderModule<State> =
  | ModuleSteps<State>
  | ((config: ModuleConfig) => ModuleSteps<State> | Promise<ModuleSteps<State>>);

/** A provider of one's own as its module makes it: in steps, or one function, see `defineProvider`. */
type Made = ModuleSteps<unknown> | ProviderDefinition;

/**
 * A provider of one's own, by the path of its module or its `file:` URL, for `openHistory`; its code is run here once, and
 * again in each worker thread. Throws `usage`, in one line, for a module that is not there, cannot be loaded, or does not
 * export a provider.
 */
export async function loadProvider(module: string, config: ModuleConfig = {}): Promise<ProviderConfig> {
  assertKnown('loadProvider', config, MODULE_CONFIG);
  const url = moduleUrl(module);
  const { capabilities } = await madeIn(url, config, module);
  return { ...config, id: capabilities.id, module: { url, capabilities } };
}

/** What a module exports, as it is for a configuration. Throws like `loadProvider`. */
export async function madeIn(
  url: string,
  { url: server, timeoutMs, settings }: ModuleConfig,
  name = fileURLToPath(url),
): Promise<HttpSteps<unknown> | CheckedDefinition> {
  const refuse: Refuse = (what, cause) =>
    new BackfillError('usage', `provider ${name}: ${what}`, { scope: 'run', cause });
  const made = (await defaultExport(
    url,
    'export default { capabilities, request, parse, end }, or defineProvider({ capabilities, fetch })',
    refuse,
  )) as Made | ((config: ModuleConfig) => Made | Promise<Made>);
  const config = {
    ...(server !== undefined && { url: server }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(settings !== undefined && { settings }),
  };
  const given = typeof made === 'function' ? await madeBy(made, config, refuse) : made;
  assertMade(given, refuse);
  const capabilities = checkedCapabilities(given.capabilities, refuse);
  if (isDefinition(given)) {
    assertFetchable(capabilities, refuse);
    return { ...given, capabilities };
  }
  assertAsDeclared(given, capabilities, refuse);
  return { ...given, capabilities };
}

function isDefinition(made: Made): made is ProviderDefinition {
  return 'fetch' in made && !('request' in made);
}

async function madeBy(
  make: (config: ModuleConfig) => unknown,
  config: ModuleConfig,
  refuse: Refuse,
): Promise<Made> {
  try {
    return (await make(config)) as Made;
  } catch (cause) {
    if (cause instanceof BackfillError) throw refuse(cause.message, cause);
    throw refuse(`its default export throws ${shown(cause)}`, cause);
  }
}

const NEEDED = ['request', 'parse', 'end'] as const;
const OPTIONAL = ['symbolOf', 'tickerOf'] as const;

function assertMade(made: Made, refuse: Refuse): void {
  if (typeof made !== 'object' || made === null)
    throw refuse(
      `its default export gives ${shown(made)}; it must be { capabilities, request, parse, end }, { capabilities, fetch } or a function that gives one of them`,
    );
  const functions: Readonly<Record<string, unknown>> = { ...made };
  for (const name of isDefinition(made) ? ['fetch'] : NEEDED)
    if (typeof functions[name] !== 'function')
      throw refuse(`its ${name} is ${shown(functions[name])}; it must be a function`);
  for (const name of OPTIONAL)
    if (functions[name] !== undefined && typeof functions[name] !== 'function')
      throw refuse(`its ${name} is ${shown(functions[name])}; it must be a function, or left out`);
}

/** What one function cannot tell is left to providers in steps. */
function assertFetchable(capabilities: Capabilities, refuse: Refuse): void {
  const { actions, listsTickers, discovers, intervals } = capabilities;
  const beyond = Object.values(intervals).some(
    ({ market, mostSeries = 1, requestsForActions = 0 }) =>
      market !== undefined || mostSeries > 1 || requestsForActions > 0,
  );
  if (actions || listsTickers || discovers !== undefined || beyond)
    throw refuse(
      'its capabilities say more than its fetch can tell, which is bars of one ticker; write splits and dividends, lists, markets and universes in steps: { request, parse, end }',
    );
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
