import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackfillEvent } from '../backfill/run/events.ts';
import type { OpenTraffic } from '../backfill/run/traffic.ts';
import { listThroughGate } from '../backfill/want/universe.ts';
import { BackfillError } from '../core/errors.ts';
import { largest } from '../core/extremes.ts';
import { type Quota, isPaced } from '../core/plan/quota.ts';
import { sealed, unsealed } from '../core/seal.ts';
import { quotaOpening } from '../core/plan/quota-time.ts';
import type { Capabilities, Provider, ProviderConfig } from '../providers/provider.ts';
import { openProvider } from '../providers/registry.ts';
import { opensText } from '../report/opens-text.ts';
import { plural } from '../report/table.ts';
import type { HistoryOptions } from './history.ts';
import { writeOut } from './out-file.ts';
import { givenSecrets, secretsOf } from './secrets.ts';
import { defaultStateFolder } from './state-folder.ts';

/** What a list is asked with. */
export interface ListingTools {
  readonly options: HistoryOptions;
  readonly config: ProviderConfig;
  readonly capabilities: Capabilities;
  readonly openTraffic: () => Promise<OpenTraffic>;
  readonly onEvent?: ((event: BackfillEvent) => void) | undefined;
}

/** A list as it came. */
interface Listed {
  readonly tickers: readonly string[];
  /** That it took. */
  readonly requests: number;
  /** By the wall's clock, ms since the epoch. */
  readonly listedAt: number;
}

/** At most one request in so many of a counted quota goes into lists. */
const LISTS_SHARE = 20;

/**
 * A provider's own universe. Where a counted quota makes that dear it is what the provider listed lately, kept in the
 * state folder: a day's quota that the list alone uses up would never get to a bar. Throws `quota-exhausted`, saying
 * when it can be asked for.
 */
export async function listTickers(tools: ListingTools): Promise<readonly string[]> {
  const { metered, quotas } = tools.capabilities;
  const counted = metered ? quotas.filter((quota) => !isPaced(quota)) : [];
  if (counted.length === 0) return (await askTickers(tools)).tickers;
  const path = await pathOf(tools);
  const kept = await readKept(path);
  const isGood = kept !== undefined && kept.listedAt <= Date.now() && Date.now() < staleAt(kept, counted);
  const list = isGood ? kept : await askTickers(tools);
  if (!isGood) await keep(path, list);
  const { tickers, listedAt } = list;
  const about = { provider: tools.config.id, tickers: tickers.length, listedAt, path };
  tools.onEvent?.({ type: 'listed', ...about, staleAt: staleAt(list, counted) });
  return tickers;
}

/** Until when a list is good: the more of a quota it took, the longer. */
function staleAt({ requests, listedAt }: Listed, counted: readonly Quota[]): number {
  const share = largest(counted.map((quota) => (requests / quota.requests) * quota.perMs));
  return listedAt + LISTS_SHARE * share;
}

async function askTickers(tools: ListingTools): Promise<Listed> {
  const { listed: tickers, requests } = await askList(tools, (provider) => provider.listTickers());
  return { tickers, requests, listedAt: Date.now() };
}

/** What a provider lists, and the requests that it took. Throws `quota-exhausted`, saying when it can be asked for. */
export async function askList<T>(
  tools: ListingTools,
  list: (provider: Provider) => Promise<T>,
): Promise<{ readonly listed: T; readonly requests: number }> {
  const { options, config, capabilities } = tools;
  let traffic: OpenTraffic | undefined;
  try {
    const listed = await listThroughGate(
      async () => (traffic = await tools.openTraffic()),
      (gate) => openProvider(config, gate, secretsOf(options, capabilities)),
      list,
    );
    return { listed, requests: traffic?.now().sent ?? 0 };
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'quota-exhausted') || traffic === undefined)
      throw error;
    throw usedUp(traffic, capabilities, error);
  }
}

function usedUp(traffic: OpenTraffic, { id, quotas }: Capabilities, cause: BackfillError): BackfillError {
  const { sent, standing } = traffic.now();
  const after = sent === 0 ? '' : ` after ${plural(sent, 'request')}`;
  return new BackfillError(
    'quota-exhausted',
    `Quota used up${after} before ${id} had listed its tickers. It opens again ` +
      `${opensText(quotaOpening(quotas, standing))}: run the same command then.`,
    { cause },
  );
}

/** A list is of one key, one server and one text of a module. */
async function pathOf({ options, config, capabilities }: ListingTools): Promise<string> {
  const { timeoutMs: _timeoutMs, maxRetries: _maxRetries, ...how } = config;
  const text = config.module === undefined ? '' : await readFile(new URL(config.module.url));
  const key = JSON.stringify([how, givenSecrets(options, capabilities)]);
  const hash = createHash('sha256').update(key).update(text).digest('hex').slice(0, 16);
  return join(options.stateFolder ?? defaultStateFolder(), 'tickers', `${config.id}-${hash}.json`);
}

async function readKept(path: string): Promise<Listed | undefined> {
  try {
    const { document, seal } = unsealed(JSON.parse(await readFile(path, 'utf8'))) ?? {};
    if (document === undefined || seal === 'broken') return undefined;
    const { tickers, requests, listedAt } = document as unknown as Listed;
    const isList = Array.isArray(tickers) && tickers.every((ticker) => typeof ticker === 'string');
    return isList && Number.isFinite(requests) && Number.isFinite(listedAt)
      ? { tickers, requests, listedAt }
      : undefined;
  } catch {
    // None, or spoilt: it is asked for.
    return undefined;
  }
}

async function keep(path: string, list: Listed): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeOut({ path, isStream: false }, (temp) => writeFile(temp, JSON.stringify(sealed(list))));
}
