import { clockOf } from './clock.ts';
import { BackfillError } from '../core/errors.ts';
import { assertKind } from '../core/option-kinds.ts';
import { option } from '../core/option-name.ts';
import { type Day, formatDay, parseDay } from '../core/session/day.ts';
import { todayOf } from '../core/universe/category.ts';
import { CATEGORIES, CATEGORY_NAMES, type Category, type Member } from '../core/universe/member.ts';
import { lifeOf } from '../core/universe/universe.ts';
import type { DiscoverRequest, Discovery } from '../providers/discovery.ts';
import { INDEX_CATEGORIES, PUBLIC_INDICES, PUBLIC_LISTS } from '../providers/listings/public-lists.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { capabilitiesOf, providerIds } from '../providers/registry.ts';
import { type Discovered, UNKNOWN_TYPE } from '../report/discovered-text.ts';
import type { BarStore } from '../store/store.ts';
import { checkOptions } from './check-request.ts';
import type { HistoryOptions } from './history.ts';
import { listUrl } from './list-url.ts';
import { askList } from './listed-tickers.ts';
import { assertHistoryOptions } from './option-names.ts';
import { type Parts, partsOf } from './parts.ts';
import { givenSecrets } from './secrets.ts';

/** What universe is wanted. */
export interface DiscoverOptions {
  /** A category, `all` of them, or a public index such as `sp500`. */
  readonly name: string;
  /** Members at most, the first by ticker. Default: all. */
  readonly limit?: number;
  /**
   * `YYYY-MM-DD`: those that lived on that day, no later than today where they trade. Default: all that the source tells of.
   */
  readonly asOf?: string;
  /** Who is asked: a public list, or a provider. Default: for each category the first that lists it and lacks no key. */
  readonly from?: string;
  /** Abandon a request for a public list after this long, in ms. */
  readonly timeoutMs?: number;
  /** How a provider is asked. Default: as it is without settings. */
  readonly configOf?: (provider: string) => ProviderConfig | Promise<ProviderConfig>;
}

/** Lists the members of a universe and writes them into the store, as `universes/NAME_DATE.json`. Throws `usage`. */
export async function discover(options: DiscoverOptions, history: HistoryOptions): Promise<Discovered> {
  assertKind('discover', 'the options', options, 'an object');
  assertKind('discover', 'name', options.name, 'a text');
  assertHistoryOptions(history);
  checkOptions(history);
  const { name, limit, asOf } = options;
  const now = clockOf(history.clock)();
  const day = asOf === undefined ? null : parseDay(asOf);
  const isIndex = PUBLIC_INDICES.includes(name);
  const categories = isIndex ? INDEX_CATEGORIES : categoriesOf(name);
  const { today, zone } = todayOf(categories, now);
  if (day !== null) assertBegun(day, today, zone);
  const { asking, without } = isIndex
    ? { asking: new Map([[name, [] as readonly Category[]]]), without: [] }
    : await sourcesFor(categories, options, history);
  const found: Member[] = [];
  for (const [source, itsOwn] of asking) {
    if (day !== null) assertKnowsDay(source, await discoveryOf(source, options), day, today);
    const asked = { categories: itsOwn, asOf: day, now };
    for (const member of await membersFrom(source, asked, options, history)) found.push(member);
  }
  const meant = found
    .filter((member) => day === null || livesOn(member, day))
    .toSorted((a, b) => (a.ticker < b.ticker ? -1 : Number(a.ticker > b.ticker)));
  const members = meant.slice(0, limit);
  if (members.length === 0)
    throw new BackfillError(
      'no-data',
      `discover ${name}: ${[...asking.keys()].join(', ')} lists nothing of it`,
    );
  const date = formatDay(day ?? today);
  const sources = [...asking.keys()];
  const head = { name, date, source: sources.map((one) => listUrl(one, history) ?? one).join(', ') };
  const { engine, store } = partsOf(history);
  try {
    const { path, before } = await engine.write([], async () => ({
      before: members.length < meant.length ? await membersIn(store, `${name}_${date}`) : 0,
      path: await store.saveUniverse(head, members),
    }));
    const delisted = members.filter((member) => member.delisted !== null).length;
    const counts = { members: members.length, delisted, byType: countsByType(members) };
    const cut = members.length < meant.length && {
      of: meant.length,
      ...(before > members.length && { replaced: before }),
    };
    return { name, date, path, sources, ...counts, ...cut, without };
  } finally {
    await engine.close();
  }
}

/** How many members a list in the store has; none where there is no such list, or what is there is none. */
async function membersIn(store: BarStore, list: string): Promise<number> {
  try {
    return (await store.readUniverse(list))?.length ?? 0;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'usage') return 0;
    throw error;
  }
}

function categoriesOf(name: string): readonly Category[] {
  if (name === 'all') return CATEGORY_NAMES;
  const category = CATEGORY_NAMES.find((one) => one === name);
  if (category !== undefined) return [category];
  throw new BackfillError(
    'usage',
    `discover ${name}: there is no such category; there are ${[...CATEGORY_NAMES, 'all', ...PUBLIC_INDICES].join(', ')}`,
  );
}

/** Who is asked for which categories, and for which nobody can be. */
async function sourcesFor(
  categories: readonly Category[],
  options: DiscoverOptions,
  history: HistoryOptions,
): Promise<{ asking: ReadonlyMap<string, readonly Category[]>; without: readonly Category[] }> {
  const candidates = options.from === undefined ? openSources(history) : [options.from];
  const asking = new Map<string, Category[]>();
  const without: Category[] = [];
  for (const category of categories) {
    let chosen: string | undefined;
    for (const source of candidates)
      if ((await discoveryOf(source, options)).categories.includes(category)) {
        chosen = source;
        break;
      }
    if (chosen === undefined) without.push(category);
    else asking.set(chosen, [...(asking.get(chosen) ?? []), category]);
  }
  if (asking.size > 0) return { asking, without };
  const which =
    categories.length > 1 ? 'any category' : `${options.name} (${CATEGORIES[categories[0] ?? 'etf']})`;
  throw new BackfillError(
    'usage',
    options.from === undefined
      ? `discover ${options.name}: no source that needs no key, or has one, lists it${withKeys(categories)}`
      : `discover ${options.name}: ${options.from} does not list ${which}`,
  );
}

/** Public lists, then the providers that are asked over a network and lack no key. */
function openSources(history: HistoryOptions): string[] {
  const lists = Object.keys(PUBLIC_LISTS).filter((name) => !PUBLIC_INDICES.includes(name));
  const providers = providerIds({ metered: true }).filter((id) => {
    const capabilities = capabilitiesOf({ id });
    const needed = Object.keys(capabilities.credentials ?? {}).length;
    return !capabilities.needsUrl && Object.keys(givenSecrets(history, capabilities)).length === needed;
  });
  return [...lists, ...providers];
}

/** `; alphavantage would, with ALPHAVANTAGE_API_KEY`, of the providers that list a category and lack a key. */
function withKeys(categories: readonly Category[]): string {
  const able = providerIds({ metered: true }).filter((id) =>
    capabilitiesOf({ id }).discovers?.categories.some((one) => categories.includes(one)),
  );
  const words = able.map(
    (id) => `${id} would, with ${Object.values(capabilitiesOf({ id }).credentials ?? {}).join(', ')}`,
  );
  return words.length === 0 ? '' : `; ${words.join('; ')}`;
}

const NOTHING: Discovery = { categories: [], tellsDelisted: false };

async function discoveryOf(source: string, { configOf }: DiscoverOptions): Promise<Discovery> {
  const list = PUBLIC_LISTS[source];
  if (list !== undefined) return list.discovers;
  return capabilitiesOf((await configOf?.(source)) ?? { id: source }).discovers ?? NOTHING;
}

/** Throws `usage` for a day that is yet to come: what is listed today as of then would be the newest list until then. */
function assertBegun(day: Day, today: Day, zone: string): void {
  if (day <= today) return;
  throw new BackfillError(
    'usage',
    `${option('asOf')} ${formatDay(day)}: that day is yet to come, it is ${formatDay(today)} (${zone}); ` +
      'name one that has begun, or leave it out',
  );
}

/** Throws `usage` where a source would answer for today what is asked for another day. */
function assertKnowsDay(source: string, { tellsDelisted }: Discovery, day: Day, today: Day): void {
  if (tellsDelisted || day >= today) return;
  throw new BackfillError(
    'usage',
    `${option('asOf')} ${formatDay(day)}: ${source} lists only what trades today; ask one that tells of delisted members too`,
  );
}

async function membersFrom(
  source: string,
  asked: DiscoverRequest,
  { configOf, timeoutMs }: DiscoverOptions,
  history: HistoryOptions,
): Promise<readonly Member[]> {
  if (source in PUBLIC_LISTS) {
    const { askPublicList } = await import('./fetch-list.ts');
    return askPublicList(source, asked, history, timeoutMs);
  }
  const parts: Parts = partsOf({ ...history, provider: (await configOf?.(source)) ?? { id: source } });
  const { options, config, capabilities, engine } = parts;
  try {
    const tools = { options, config, capabilities, openTraffic: () => engine.openTraffic() };
    const { listed } = await askList(tools, async (provider) => (await provider.discover?.(asked)) ?? []);
    return listed;
  } finally {
    await engine.close();
  }
}

function livesOn(member: Member, day: Day): boolean {
  const { from, to } = lifeOf(member);
  return from <= day && day < to;
}

function countsByType(members: readonly Member[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type } of members) counts[type ?? UNKNOWN_TYPE] = (counts[type ?? UNKNOWN_TYPE] ?? 0) + 1;
  return counts;
}
