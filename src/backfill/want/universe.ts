import { existsSync } from 'node:fs';
import { didYouMean } from '../../core/closest.ts';
import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { readPipedText } from '../../market/piped-text.ts';
import type { Gate } from '../../providers/http/gate.ts';
import type { Capabilities, Provider } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import { PORTFOLIO } from './portfolio.ts';
import type { OpenTraffic } from '../run/traffic.ts';

export interface UniverseSources {
  readonly store: BarStore;
  readonly capabilities: Capabilities;
  /** Asked only where `capabilities.listsTickers`. */
  readonly listTickers: () => Promise<readonly string[]>;
  /** Aborted: wait no longer for tickers that come through a pipe. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Canonical tickers that a user means, without repetitions, in the order given: an array, or a text that is a list of
 * tickers (`AAPL,MSFT`), files (`@tickers.txt`: any white space or commas between tickers, `#` starts a comment; `@-` is
 * stdin), `portfolio`, `all` (what the provider itself lists), and names of universes in the store (`sp500` for
 * `universes/sp500.json`). Default: everything the provider lists if it can, else `portfolio`. Throws `usage` and
 * `invalid-ticker`.
 */
export async function resolveTickers(
  spec: string | readonly string[] | undefined,
  sources: UniverseSources,
): Promise<readonly string[]> {
  const fallback = sources.capabilities.listsTickers ? 'all' : 'portfolio';
  const tickers = typeof spec === 'object' ? spec : await listed(spec ?? fallback, sources);
  return [...new Set(tickers.map(parseTicker))];
}

/** A provider's own universe, asked for through the gate that its bars pass: such a request counts like any other. */
export async function listThroughGate(
  openTraffic: () => Promise<Pick<OpenTraffic, 'gate' | 'close'>>,
  open: (gate: Gate) => Promise<Provider>,
): Promise<readonly string[]> {
  const traffic = await openTraffic();
  try {
    const provider = await open(traffic.gate);
    try {
      return await provider.listTickers();
    } finally {
      await provider.close();
    }
  } finally {
    await traffic.close();
  }
}

async function listed(spec: string, sources: UniverseSources): Promise<readonly string[]> {
  // A file's name may have commas and spaces of its own.
  const parts = spec.startsWith('@') && existsSync(spec.slice(1)) ? [spec] : split(spec);
  if (parts.length === 0)
    throw new BackfillError('usage', '--tickers is empty; name at least one, e.g. AAPL,MSFT');
  if (parts.length > 1 && parts.includes('all'))
    throw new BackfillError('usage', '--tickers all stands alone; for the ticker write ALL');
  const tickers: string[] = [];
  for (const part of parts) for (const ticker of await named(part, sources)) tickers.push(ticker);
  return tickers;
}

async function named(
  spec: string,
  { store, capabilities, listTickers, stop }: UniverseSources,
): Promise<readonly string[]> {
  if (spec.startsWith('@')) return fromFile(spec.slice(1), stop);
  if (spec === 'portfolio') return PORTFOLIO;
  if (spec === 'all') {
    if (capabilities.listsTickers) return listTickers();
    throw new BackfillError(
      'usage',
      `--tickers all: provider "${capabilities.id}" does not list its tickers`,
    );
  }
  if (!isName(spec)) return [spec];
  const stored = await store.readUniverse(spec);
  if (stored !== undefined) return stored;
  if (looksLikeTicker(spec)) return [spec];
  const near = didYouMean(spec, ['portfolio', 'all']);
  throw new BackfillError(
    'usage',
    `--tickers ${spec}: there is no universe of that name; name tickers (AAPL,MSFT), a file (@tickers.txt), ` +
      `or put a JSON list into ${store.url}/universes/${spec}.json${near}`,
  );
}

async function fromFile(path: string, stop: AbortSignal | undefined): Promise<string[]> {
  const text = await readPipedText(path, `--tickers @${path}`, stop);
  const tickers = split(text.replaceAll(/#.*$/gm, ''));
  if (tickers.length === 0)
    throw new BackfillError('usage', `--tickers @${path}: there is no ticker in the file`);
  return tickers;
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
