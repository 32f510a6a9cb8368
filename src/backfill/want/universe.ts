import { existsSync } from 'node:fs';
import { didYouMean } from '../../core/closest.ts';
import { BackfillError } from '../../core/errors.ts';
import { option } from '../../core/option-name.ts';
import { grouped } from '../../core/grouped.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import type { Day } from '../../core/session/day.ts';
import type { Member } from '../../core/universe/member.ts';
import { membersInText } from '../../core/universe/members-text.ts';
import { type Universe, type UniverseMember, universeOf } from '../../core/universe/universe.ts';
import type { Gate } from '../../providers/http/gate.ts';
import { PUBLIC_INDICES } from '../../providers/listings/public-lists.ts';
import type { Capabilities, Provider } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import { PORTFOLIO_TEXT } from './portfolio.ts';
import type { TickersOrigin } from '../run/events.ts';
import type { OpenTraffic } from '../run/traffic.ts';
import { readTickersFiles, someIn } from './universe-file.ts';

export interface UniverseSources {
  readonly store: Pick<BarStore, 'url' | 'readUniverse' | 'readPortfolio'>;
  readonly capabilities: Capabilities;
  /** UTC date: a list of a later one is not the newest. */
  readonly today: Day;
  /** Asked only where `capabilities.listsTickers`. */
  readonly listTickers: () => Promise<readonly string[]>;
  /** Fetches a list that is public, at its first use. Default: it is told how to have it. */
  readonly fetchList?: ((name: string) => Promise<readonly Member[]>) | undefined;
  /** Gives the user a portfolio of his own, of this text. Default: none is written. */
  readonly keepPortfolio?: ((text: string) => Promise<void>) | undefined;
  /** Aborted: wait no longer for tickers that come through a pipe. */
  readonly stop?: AbortSignal | undefined;
}

/** A universe, and where its tickers come from. */
export interface ResolvedUniverse extends Universe {
  readonly origins: readonly TickersOrigin[];
}

/**
 * What a caller names tickers by: an array of them, and of files (`@my list.txt`); a universe that is known already; or a text
 * that is a list of tickers (`AAPL,MSFT`), files (`@tickers.txt`, `@lists/*.json`, see `readTickersFiles`; `@-` is stdin),
 * `portfolio`, `all` (what the provider itself lists), and names of universes in the store (`sp500` for
 * `universes/sp500.json`, or the newest `universes/sp500_DATE.json`).
 */
export type UniverseSpec = string | readonly string[] | Universe;

/**
 * The universe that a user means, its tickers canonical, without repetitions, in the order given. Default: everything the
 * provider lists if it can, else `portfolio`. Throws `usage` and `invalid-ticker`.
 */
export async function resolveUniverse(
  spec: UniverseSpec | undefined,
  sources: UniverseSources,
): Promise<ResolvedUniverse> {
  const fallback = sources.capabilities.listsTickers ? 'all' : 'portfolio';
  if (isUniverse(spec)) return { ...spec, tickers: [...new Set(spec.tickers.map(parseTicker))], origins: [] };
  const parts = await (typeof spec === 'object' ? each(spec, sources) : listed(spec ?? fallback, sources));
  return {
    ...universeOf(parts.flatMap(({ members }) => members)),
    ...(parts.some(({ from }) => from === 'provider') && { isAllListed: true }),
    origins: originsOf(parts),
  };
}

/** Whether tickers are named by a universe that is known already, or a part of one. */
export function isUniverse(spec: UniverseSpec | undefined): spec is Universe {
  return typeof spec === 'object' && 'tickers' in spec;
}

/** Members, and where they come from. */
interface Part extends Omit<TickersOrigin, 'tickers'> {
  readonly members: readonly UniverseMember[];
}

/** What was named one by one counts as one. */
function originsOf(parts: readonly Part[]): TickersOrigin[] {
  return [...grouped(parts, ({ from, name }) => `${from} ${name}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const tickers = new Set(alike.flatMap(({ members }) => members.map(({ ticker }) => ticker)));
    return [{ from: first.from, name: first.name, tickers: tickers.size }];
  });
}

async function each(names: readonly string[], { stop }: UniverseSources): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const name of names)
    if (name.startsWith('@')) {
      const path = name.slice(1);
      const members = await readTickersFiles(path, { stop, calls: (one) => one });
      parts.push({ from: 'file', name: path, members });
    } else parts.push({ from: 'named', name: '', members: [alone(name)] });
  return parts;
}

/** A ticker that is wanted whatever the day. */
function alone(ticker: string): UniverseMember {
  return { ticker: parseTicker(ticker), listed: null, delisted: null };
}

/** What a provider lists, asked for through the gate that its bars pass: such a request counts like any other. */
export async function listThroughGate<T>(
  openTraffic: () => Promise<Pick<OpenTraffic, 'gate' | 'close'>>,
  open: (gate: Gate) => Promise<Provider>,
  list: (provider: Provider) => Promise<T>,
): Promise<T> {
  const traffic = await openTraffic();
  try {
    const provider = await open(traffic.gate);
    try {
      return await list(provider);
    } finally {
      await provider.close();
    }
  } finally {
    await traffic.close();
  }
}

async function listed(spec: string, sources: UniverseSources): Promise<readonly Part[]> {
  // A file's name may have commas and spaces of its own.
  const parts = spec.startsWith('@') && existsSync(spec.slice(1)) ? [spec] : split(spec);
  if (parts.length === 0)
    throw new BackfillError('usage', `${option('tickers')} is empty; name at least one, e.g. AAPL,MSFT`);
  if (parts.length > 1 && parts.includes('all'))
    throw new BackfillError('usage', `${option('tickers')} all stands alone; for the ticker write ALL`);
  const found: Part[] = [];
  for (const part of parts) found.push(await named(part, sources));
  return found;
}

async function named(spec: string, sources: UniverseSources): Promise<Part> {
  const { store, capabilities, today, listTickers, stop } = sources;
  if (spec.startsWith('@'))
    return { from: 'file', name: spec.slice(1), members: await readTickersFiles(spec.slice(1), { stop }) };
  if (spec === 'portfolio') return { from: 'portfolio', name: spec, members: await portfolioOf(sources) };
  if (spec === 'all') {
    if (capabilities.listsTickers)
      return { from: 'provider', name: capabilities.id, members: (await listTickers()).map(alone) };
    throw new BackfillError(
      'usage',
      `${option('tickers')} all: provider "${capabilities.id}" does not list its tickers`,
    );
  }
  const one: Part = { from: 'named', name: '', members: [] };
  if (!isName(spec)) return { ...one, members: [alone(spec)] };
  const stored = await store.readUniverse(spec, today);
  const universe = { from: 'universe', name: spec } as const;
  if (stored !== undefined) return { ...universe, members: stored };
  if (PUBLIC_INDICES.includes(spec)) {
    if (sources.fetchList !== undefined) return { ...universe, members: await sources.fetchList(spec) };
    throw new BackfillError(
      'usage',
      `${option('tickers')} ${spec}: it is not in the store yet; fetch it once: backfill discover ${spec}`,
    );
  }
  if (looksLikeTicker(spec)) return { ...one, members: [alone(spec)] };
  const near = didYouMean(spec, ['portfolio', 'all', ...PUBLIC_INDICES]);
  throw new BackfillError(
    'usage',
    `${option('tickers')} ${spec}: there is no universe of that name; name tickers (AAPL,MSFT), a file (@tickers.txt), ` +
      `or put a JSON list into ${store.url}/universes/${spec}.json${near}`,
  );
}

/** The user's own list, which is written for him once. */
async function portfolioOf({ store, keepPortfolio }: UniverseSources): Promise<readonly UniverseMember[]> {
  const own = await store.readPortfolio();
  if (own !== undefined)
    return someIn(membersInText(own.text, own.path), `${option('tickers')} portfolio: ${own.path}`);
  await keepPortfolio?.(PORTFOLIO_TEXT);
  return membersInText(PORTFOLIO_TEXT, 'portfolio');
}

function split(text: string): string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== '');
}

function isName(spec: string): boolean {
  return /^[a-z][a-z0-9_-]*$/.test(spec);
}

/** A short lower-case word may be a ticker typed in a hurry (`aapl`); `sp500` may not. */
function looksLikeTicker(name: string): boolean {
  return /^[a-z]{1,5}(-[a-z]+)?$/.test(name);
}
