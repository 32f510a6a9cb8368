import { ASSET_CLASSES, assetClassesText } from '../core/instrument/asset-class.ts';
import { grouped } from '../core/grouped.ts';
import { quotaText } from '../core/plan/quota.ts';
import { formatDay } from '../core/session/day.ts';
import { INTERVALS } from '../core/session/interval.ts';
import type { Capabilities } from '../providers/provider.ts';
import { type Page, wrapped } from './page.ts';
import { plural } from './table.ts';

/** A provider that a user may choose. */
export interface ProviderEntry {
  readonly capabilities: Capabilities;
  /** The environment variables of its keys. */
  readonly keys: readonly KeyEntry[];
  /** Those of keys that it asks for besides where a setting says so. */
  readonly keysOfSettings: readonly (KeyEntry & { readonly setting: string })[];
}

interface KeyEntry {
  readonly variable: string;
  readonly isThere: boolean;
}

/** What each provider can do, and what it needs; of each a line with its name, and some below. */
export function providersText(entries: readonly ProviderEntry[], { columns }: Page): string[] {
  return entries.flatMap(({ capabilities, keys, keysOfSettings }, i) => [
    ...(i === 0 ? [] : ['']),
    capabilities.id,
    ...[
      `serves  ${servesText(capabilities)}`,
      `bars    ${barsText(capabilities)}`,
      ...(capabilities.usualRange === undefined
        ? []
        : [`range   the last ${plural(capabilities.usualRange.years, 'year')}, unless a run says otherwise`]),
      `quota   ${quotaWords(capabilities)}`,
      `key     ${[keysText(keys), ...keysOfSettingsText(keysOfSettings)].join('; ')}`,
      ...(capabilities.needsUrl ? [`url     --provider-url ${capabilities.id}=… must be given`] : []),
    ].flatMap((line) => wrapped(line, columns, { indent: 2, hang: 8 })),
  ]);
}

function servesText({ serves = ASSET_CLASSES, cryptoQuotes = [] }: Capabilities): string {
  return serves.length === ASSET_CLASSES.length
    ? 'whatever it has'
    : assetClassesText(serves, cryptoQuotes[0]);
}

/** `1m of the last 29 days, 1d (the newest 350 of crypto)`; `1m, 1d since 2016-01-01` */
function barsText({ intervals, actions, needsUrl }: Capabilities): string {
  const limits = INTERVALS.flatMap((interval) => intervals[interval] ?? []);
  const lengths = INTERVALS.flatMap((interval) => {
    const own = intervals[interval];
    if (own === undefined) return [];
    const { lookBackDays, newestRows = {}, serves = [] } = own;
    const reach = lookBackDays === null ? interval : `${interval} of the last ${plural(lookBackDays, 'day')}`;
    const newest = Object.entries(newestRows).map(([of, rows]) => `${rows} of ${of}`);
    const limited = [
      ...(serves.length > 0 ? [`${serves.join(', ')} only`] : []),
      ...(newest.length > 0 ? [`the newest ${newest.join(', ')}`] : []),
    ];
    return [limited.length === 0 ? reach : `${reach} (${limited.join('; ')})`];
  });
  const [since, ...others] = new Set(limits.map((one) => one.since));
  const first = since === undefined || others.length > 0 ? '' : ` since ${formatDay(since)}`;
  // What a folder has is seen when it is named.
  const told = needsUrl ? '' : `; ${actions ? 'with' : 'without'} splits and dividends`;
  return `${lengths.join(', ')}${first}${told}`;
}

function quotaWords({ metered, quotas }: Capabilities): string {
  if (!metered) return 'none: it is read on this machine';
  return quotas.length === 0 ? 'none declared; --rate-limit sets one' : quotaText(quotas);
}

/** `with source=flat or source=both ACME_S3_KEY is set` */
function keysOfSettingsText(keys: ProviderEntry['keysOfSettings']): string[] {
  const bySetting = [...grouped(keys, ({ setting }) => setting)];
  const byText = grouped(bySetting, ([, own]) => keysText(own));
  return [...byText].map(([text, alike]) => `with ${alike.map(([setting]) => setting).join(' or ')} ${text}`);
}

function keysText(keys: readonly KeyEntry[]): string {
  if (keys.length === 0) return 'none needed';
  return keys.map(({ variable, isThere }) => `${variable} is ${isThere ? 'set' : 'not set'}`).join(', ');
}
