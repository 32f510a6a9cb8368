import { grouped } from '../core/grouped.ts';
import { quotaText } from '../core/plan/quota.ts';
import type { QuotaOpening } from '../core/plan/quota-time.ts';
import { opensText } from './opens-text.ts';
import type { Page } from './page.ts';
import { formatCount, plural } from './table.ts';

/** What was used of one quota of a key. */
export interface QuotaWindow {
  /** What is allowed; null where no limit is declared, and a run said one of its own. */
  readonly requests: number | null;
  readonly perMs: number;
  /** Requests in the window that is now; null of one that is kept by spacing requests, of which none are counted. */
  readonly used: number | null;
  /** When the next window begins, in which it is counted anew; null alike. */
  readonly next: QuotaOpening | null;
}

/** What was used of the quotas of one key at one provider, by all processes of this machine. */
export interface QuotaUsed {
  readonly provider: string;
  /** Whether it is the key that is at hand, another one, or none is needed. */
  readonly key: 'own' | 'another' | 'none';
  /** Of a server on this machine, such as a simulator; null: the provider itself. */
  readonly port: number | null;
  readonly windows: readonly QuotaWindow[];
  /** When it opens again; null: it is open. */
  readonly opens: QuotaOpening | null;
}

/** A line a key and server; of one provider's keys that are not at hand, and of its servers here, one for all of several. */
export function quotaTexts(quotas: readonly QuotaUsed[], { isWhole }: Page): string[] {
  if (isWhole) return quotas.map(quotaUsedText);
  const alike = grouped(quotas, ({ provider, key, port }) => {
    const isOthers = key === 'another' || (port !== null && key === 'none');
    return isOthers ? `${provider} ${key} ${port !== null}` : JSON.stringify([provider, key, port]);
  });
  return [...alike.values()].map((group) => {
    const [first] = group as [QuotaUsed];
    return group.length === 1 ? quotaUsedText(first) : quotasUsedText(group);
  });
}

/** `polygon with 5 other keys: 40 requests counted, none is used up; --all lists each` */
function quotasUsedText(group: readonly QuotaUsed[]): string {
  const [{ provider, key, port }] = group as [QuotaUsed];
  const what = key === 'another' ? (port === null ? 'other keys' : 'ports with other keys') : 'ports';
  const who = `${provider} ${port === null ? 'with' : 'at'} ${formatCount(group.length)} ${what}`;
  const counted = group.reduce((sum, { windows }) => sum + usedLongest(windows), 0);
  const closed = group.flatMap(({ opens }) => opens ?? []).toSorted((a, b) => b.at - a.at);
  const [last] = closed;
  const used =
    last === undefined
      ? 'none is used up'
      : `${formatCount(closed.length)} used up, the last of which opens again ${opensText(last)}`;
  return `${who}: ${plural(counted, 'request')} counted, ${used}; --all lists each`;
}

/** Requests that are counted in the longest window. */
function usedLongest(windows: readonly QuotaWindow[]): number {
  const [longest] = windows.filter(({ used }) => used !== null).toSorted((a, b) => b.perMs - a.perMs);
  return longest?.used ?? 0;
}

function quotaUsedText({ provider, key, port, windows, opens }: QuotaUsed): string {
  const who = [
    provider,
    ...(port === null ? [] : [`at port ${port}`]),
    ...(key === 'another' ? ['with another key'] : []),
  ].join(' ');
  const parts = [
    ...(windows.length === 0 ? ['no limit is declared, and nothing was counted'] : windows.map(windowText)),
    ...(opens === null ? [] : [`opens again ${opensText(opens)}`]),
  ];
  return `${who}: ${parts.join('; ')}`;
}

function windowText({ requests, perMs, used, next }: QuotaWindow): string {
  const per = quotaText([{ requests: requests ?? used ?? 0, perMs }]);
  if (used === null || next === null) return `${per}, by spacing`;
  const counted =
    requests === null
      ? `${formatCount(used)} counted per ${per.split('/')[1]}, of which no limit is declared now`
      : `${formatCount(used)} of ${per} used`;
  return `${counted}, counted anew ${opensText(next)}`;
}
