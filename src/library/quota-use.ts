import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { largest } from '../core/extremes.ts';
import { type Quota, isPaced, quotaName, usedOf, windowOf } from '../core/plan/quota.ts';
import { type QuotaOpening, openingAt, quotaOpening } from '../core/plan/quota-time.ts';
import { lookIntoQuota } from '../providers/http/quota-file.ts';
import type { QuotaRecord } from '../providers/http/quota-record.ts';
import { standingIn } from '../providers/http/quota-lease.ts';
import { ownerOf, quotaPlaceOf } from '../providers/http/quota-owner.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { capabilitiesOf, providerIds } from '../providers/registry.ts';
import type { QuotaUsed, QuotaWindow } from '../report/quota-used-text.ts';
import { redisAddress } from '../redis/address.ts';
import type { HistoryOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { givenSecrets, quotaKey } from './secrets.ts';
import { defaultStateFolder } from './state-folder.ts';

/** `alphavantage-0123456789abcdef-port-8080`: provider, owner, and the port of a server on this machine. */
const NAME = /^(.+)-(anonymous|[0-9a-f]{16})(?:-port-(\d+))?$/;

/** What is used of quotas, and of how many besides nothing is. */
export interface QuotasUsed {
  readonly quotas: readonly QuotaUsed[];
  /** Records of keys that are not at hand, and of servers on this machine, whose limits are in use no more. */
  readonly unusedQuotas: number;
}

/**
 * What was used of the quota of each key that is at hand or that still counts against a limit, by the records that all processes of
 * this machine share. Reads them and reserves nothing. A key is known by its hash alone: of one that is not at hand nobody knows
 * which it is.
 */
export async function quotasUsed(parts: Parts): Promise<QuotasUsed> {
  const { quotaUrl } = parts.options;
  const kept = quotaUrl === undefined ? await keptHere(parts.options) : await keptAt(quotaUrl);
  const records = [...kept.records].flatMap(
    ([name, record]) => recordOf(name, record, parts, kept.now) ?? [],
  );
  const quotas = records.flatMap(({ isInUse, quota }) => (isInUse ? quota() : []));
  return { quotas, unusedQuotas: records.length - quotas.length };
}

/** The records of quotas by what they are called. */
interface KeptQuotas {
  /** ms since the epoch, by the clock of who has them. */
  readonly now: number;
  readonly records: ReadonlyMap<string, QuotaRecord>;
}

async function keptHere({ stateFolder = defaultStateFolder() }: HistoryOptions): Promise<KeptQuotas> {
  const now = Date.now();
  const folder = join(stateFolder, 'quota');
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const records = names.toSorted().flatMap((file): [string, QuotaRecord][] => {
    const name = basename(file, '.json');
    if (name === file || !NAME.test(name)) return [];
    return [[name, lookIntoQuota({ path: join(folder, file), former: [] }, now)]];
  });
  return { now, records: new Map(records) };
}

async function keptAt(url: string): Promise<KeptQuotas> {
  const { readQuotas } = await import('../providers/http/redis-quota/read.ts');
  return readQuotas(redisAddress(url));
}

/** One record; undefined for one that is none. `isInUse`: whether there is anything to tell of it. */
function recordOf(
  name: string,
  record: QuotaRecord,
  parts: Parts,
  now: number,
): { readonly isInUse: boolean; readonly quota: () => QuotaUsed } | undefined {
  const [, provider, owner, port] = NAME.exec(name) ?? [];
  if (provider === undefined) return undefined;
  const configured = [parts, ...parts.next].find(({ capabilities: { id } }) => id === provider);
  const known =
    configured?.capabilities ??
    (providerIds().includes(provider) ? capabilitiesOf({ id: provider }) : undefined);
  const key =
    known && quotaKey(givenSecrets(configured?.options ?? { store: parts.options.store }, known), known);
  const at = port === undefined ? {} : { url: `http://127.0.0.1:${port}` };
  const isOwn = name === nameOf({ id: provider, ...at }, key);
  const declared = known?.quotas ?? [];
  const quotas =
    configured !== undefined && isOwn && isTold(configured) ? declared : (record.quotas ?? declared);
  const isAsked = configured !== undefined && name === nameOf(configured.config, key);
  // A server on this machine, such as a simulator, may never come back at its port, nor a key that is not at hand.
  const isElsewhere = !isAsked && (port !== undefined || (owner !== 'anonymous' && !isOwn));
  return {
    isInUse: !(isElsewhere && isPast(record, quotas, now)),
    quota: () => ({
      provider,
      key: owner === 'anonymous' ? 'none' : isOwn ? 'own' : 'another',
      port: port === undefined ? null : Number(port),
      ...stateOf(record, quotas, now),
    }),
  };
}

/** Whether the plan of the provider's key, or its rate, was told: then its quotas are told by that and not by the last run. */
function isTold({ options: { quotas }, config: { settings = {} } }: Parts): boolean {
  return quotas !== undefined || Object.keys(settings).length > 0;
}

/** What the record of a key at a provider is called. */
function nameOf(config: ProviderConfig, key: string | undefined): string {
  return ownerOf(quotaPlaceOf('', config, key));
}

/** Whether no limit of a key is used any more: its last use is over the longest window that has one. */
function isPast(
  { nextAt, pausedUntil, windows }: QuotaRecord,
  quotas: readonly Quota[],
  now: number,
): boolean {
  const longest = largest([MINUTE_MS, ...quotas.map(({ perMs }) => perMs)]);
  const isCounted = quotas.some((quota) => (windows[quotaName(quota)]?.index ?? -1) >= windowOf(quota, now));
  return !isCounted && Math.max(nextAt, pausedUntil) < now - longest;
}

/** A quota that a key was used beyond was not in force: which one was is not known, and none is told. */
function stateOf(
  record: QuotaRecord,
  declaredQuotas: readonly Quota[],
  now: number,
): Pick<QuotaUsed, 'windows' | 'opens'> {
  const isExceeded = (quota: Quota): boolean =>
    !isPaced(quota) && usedOf(standingIn(record, declaredQuotas, now), quota, now) > quota.requests;
  const quotas = declaredQuotas.some(isExceeded) ? [] : declaredQuotas;
  const standing = standingIn(record, quotas, now);
  const ofQuota = (quota: Quota): QuotaWindow => ({
    ...quota,
    used: isPaced(quota) ? null : usedOf(standing, quota, now),
    next: isPaced(quota) ? null : nextWindow(quota, now),
  });
  const declared = new Set(quotas.map(quotaName));
  const others = Object.entries(record.windows).flatMap(([name, { index, used }]): QuotaWindow[] => {
    const perMs = Number.parseInt(name, 10);
    const isNow = perMs > 0 && index === windowOf({ perMs }, now);
    return declared.has(name) || !isNow
      ? []
      : [{ requests: null, perMs, used, next: nextWindow({ perMs }, now) }];
  });
  const opening = quotaOpening(quotas, standing);
  // What is spaced only, and by less than that, is open.
  const isOpen = opening.inMs < 1000;
  return { windows: [...quotas.map(ofQuota), ...others], opens: isOpen ? null : opening };
}

const MINUTE_MS = 60_000;

/** When the next window of a counted quota begins. */
function nextWindow(quota: Pick<Quota, 'perMs'>, now: number): QuotaOpening {
  const at = (windowOf(quota, now) + 1) * quota.perMs;
  return openingAt(at, now);
}
