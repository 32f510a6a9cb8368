import { didYouMean } from '../../core/closest.ts';
import type { BackfillError } from '../../core/errors.ts';
import { ASSET_CLASSES } from '../../core/instrument/asset-class.ts';
import { isQuota } from '../../core/plan/quota.ts';
import { CATEGORY_NAMES } from '../../core/universe/member.ts';
import { INTERVALS, type Interval, isInterval } from '../../core/session/interval.ts';
import type { Capabilities, IntervalCapability, MarketCapability } from '../provider.ts';
import type { OtherTier } from '../../core/plan/route.ts';
import { shown } from '../../core/shown.ts';

/** What a value has to be, in words, and whether it is. */
interface Rule {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

/** Whether these are numbers of bytes, 0 or more. */
const hasSizes = (value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean =>
  names.every((name) => value[name] === 0 || isCount(value[name]));

/** Whether these are numbers above 0, or others that hold, by the class of the instrument. */
const isByClass = (value: unknown, holds: (one: unknown) => boolean = isCount): boolean =>
  isObject(value) && Object.entries(value).every(([one, own]) => isAssetClass(one) && holds(own));

/** Whether an answer that has more than it is asked for is told of as `WholeAnswer` has it. */
const isWhole = (value: unknown): boolean =>
  isObject(value) &&
  hasSizes(value, ['aRow']) &&
  isCount(value['newest']) &&
  (value['all'] === undefined ||
    (isObject(value['all']) &&
      Number.isSafeInteger(value['all']['since']) &&
      isCount(value['all']['beyond'])));

const COUNT: Rule = { must: 'a whole number above 0', holds: isCount };
const COUNT_OR_NULL: Rule = {
  must: 'a whole number above 0, or null for no limit',
  holds: (value) => value === null || isCount(value),
};
const FLAG: Rule = { must: 'true or false', holds: isFlag };

function orAbsent({ must, holds }: Rule): Rule {
  return { must: `${must}, or left out`, holds: (value) => value === undefined || holds(value) };
}

const DELAY: Rule = {
  must: 'ms, 0 or more',
  holds: (value) => typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY,
};

const CLASSES: Rule = {
  must: `a list of ${ASSET_CLASSES.join(', ')}, or left out`,
  holds: (value) =>
    value === undefined || (Array.isArray(value) && value.length > 0 && value.every(isAssetClass)),
};

const OF_MARKET: Readonly<Record<keyof MarketCapability, Rule>> = {
  of: CLASSES,
  lookBackDays: COUNT_OR_NULL,
  requestsPerSession: COUNT,
  hasAllSeries: orAbsent(FLAG),
  maxInFlight: orAbsent(COUNT),
  actionPages: orAbsent({
    must: 'a list of numbers above 0, of each list the pages a year',
    holds: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((one) => typeof one === 'number' && one > 0 && one < Number.POSITIVE_INFINITY),
  }),
  bytes: orAbsent({
    must: 'an object such as { aSession: 1000000 }',
    holds: (value) =>
      isObject(value) &&
      hasSizes(value, ['aSession']) &&
      (value['older'] === undefined ||
        (isObject(value['older']) && hasSizes(value['older'], ['afterMs', 'aSession']))),
  }),
  settleDelayMs: DELAY,
};

const OF_INTERVAL: Readonly<Record<keyof IntervalCapability, Rule>> = {
  serves: CLASSES,
  maxSpanDays: COUNT_OR_NULL,
  withinMonth: orAbsent(FLAG),
  lookBackDays: COUNT_OR_NULL,
  newestRows: {
    must: `numbers of rows by the class of the instrument, such as { crypto: 350 }, or left out`,
    holds: (value) => value === undefined || isByClass(value),
  },
  since: orAbsent({ must: "a day, such as parseDay('2016-01-04')", holds: Number.isSafeInteger }),
  requestsPerSpan: COUNT,
  paging: orAbsent({
    must: 'an object such as { rows: 10000 }',
    holds: (value) => isObject(value) && isCount(value['rows']),
  }),
  archive: orAbsent({
    must: 'an object such as { requestsPerFile: 2, rowsPerPage: 1000, since, published: "after-first-monday" }',
    holds: (value) =>
      isObject(value) &&
      isCount(value['requestsPerFile']) &&
      isCount(value['rowsPerPage']) &&
      (value['bytesARow'] === undefined || isCount(value['bytesARow'])) &&
      Number.isSafeInteger(value['since']) &&
      value['published'] === 'after-first-monday',
  }),
  requestsForActions: orAbsent({
    must: 'a whole number, 0 or more',
    holds: (value) => value === 0 || isCount(value),
  }),
  settleDelayMs: DELAY,
  mostSeries: orAbsent(COUNT),
  mostRows: orAbsent(COUNT),
  market: orAbsent({ must: 'an object', holds: isObject }),
  bytes: orAbsent({
    must: 'an object such as { aRequest: 200, aRow: 100 }',
    holds: (value) =>
      isObject(value) &&
      hasSizes(value, ['aRequest', 'aRow']) &&
      (value['aFile'] === undefined || isByClass(value['aFile'])) &&
      (value['whole'] === undefined || value['whole'] === 'months' || isByClass(value['whole'], isWhole)),
  }),
};

const LIMITS: Rule = {
  must: `one or more of ${INTERVALS.join(', ')}, each with its limits`,
  holds: (value) => isObject(value) && Object.keys(value).length > 0,
};

const QUOTAS: Rule = {
  must: 'a list such as [{ requests: 5, perMs: 60000 }], [] where none is declared',
  holds: (value) => Array.isArray(value) && value.every(isQuota),
};

const NAME: Rule = { must: 'a word such as "pro"', holds: isText };

const OF_TIER: Readonly<Record<keyof OtherTier, Rule>> = {
  ...{ setting: NAME, name: NAME, quotas: QUOTAS, intervals: LIMITS },
};

const OF_PROVIDER: Readonly<Record<keyof Capabilities, Rule>> = {
  // It stands in the names of files and in each stored row.
  id: {
    must: 'a short name in lower case, such as "acme"',
    holds: (value) => typeof value === 'string' && /^[a-z][a-z0-9-]{0,31}$/.test(value),
  },
  intervals: LIMITS,
  maxInFlight: COUNT_OR_NULL,
  defaultInFlight: COUNT,
  metered: { must: 'true, as it is asked over HTTP', holds: (value) => value === true },
  usualRange: orAbsent({
    must: 'an object such as { years: 2 }',
    holds: (value) => isObject(value) && Object.keys(value).join(',') === 'years' && isCount(value['years']),
  }),
  quotas: QUOTAS,
  otherTiers: orAbsent({
    must: 'a list such as [{ setting: "plan", name: "pro", quotas: [], intervals: { "1d": { settleDelayMs: 0 } } }]',
    holds: (value) => Array.isArray(value) && value.every(isObject),
  }),
  usage: orAbsent({
    must: 'an object such as { header: "x-used", perMs: 60000, limit: 6000, aRequest: 2 }',
    holds: isUsage,
  }),
  actions: FLAG,
  ownActions: orAbsent(FLAG),
  serves: CLASSES,
  cryptoQuotes: {
    must: 'a list such as ["USDT", "BTC"], or left out',
    holds: (value) =>
      value === undefined || (Array.isArray(value) && value.length > 0 && value.every(isText)),
  },
  notInTickers: {
    must: 'signs with what to write instead, such as { "/": "a share class is written BRK-B" }, or left out',
    holds: (value) => value === undefined || isTexts(value),
  },
  listsTickers: FLAG,
  discovers: {
    must: `{ categories, tellsDelisted }, categories of ${CATEGORY_NAMES.join(', ')}, or left out`,
    holds: (value) => value === undefined || isDiscovery(value),
  },
  credentials: {
    must: 'names of environment variables, such as { key: "ACME_KEY" }, or left out',
    holds: (value) => value === undefined || isTexts(value),
  },
  credentialsOfSettings: {
    must: 'lists of variables by the setting, such as { "source=flat": ["ACME_S3_KEY"] }, or left out',
    holds: (value) => value === undefined || isListsOfTexts(value),
  },
  otherVariables: {
    must: 'lists of names by that of a variable, such as { ACME_KEY: ["ACME_TOKEN"] }, or left out',
    holds: (value) => value === undefined || isListsOfTexts(value),
  },
  needsUrl: FLAG,
};

function isAssetClass(value: unknown): boolean {
  return (ASSET_CLASSES as readonly unknown[]).includes(value);
}

function isDiscovery(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { categories, tellsDelisted } = value;
  const isCategory = (one: unknown): boolean => (CATEGORY_NAMES as readonly unknown[]).includes(one);
  return (
    Array.isArray(categories) &&
    categories.length > 0 &&
    categories.every(isCategory) &&
    isFlag(tellsDelisted)
  );
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.entries(value).flat().every(isText);
}

function isListsOfTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isText));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isUsage(value: unknown): boolean {
  const { header, perMs, limit, aRequest } = isObject(value) ? value : {};
  return isText(header) && header === String(header).toLowerCase() && [perMs, limit, aRequest].every(isCount);
}

/** What a provider of one's own says of an interval; what it leaves out is as in `INTERVAL_DEFAULTS`. */
export type DeclaredInterval = Pick<IntervalCapability, 'settleDelayMs'> & Partial<IntervalCapability>;

/** What a provider of one's own says that it can do; what it leaves out is as in `DEFAULTS`. */
export type DeclaredCapabilities = Pick<Capabilities, 'id'> &
  Partial<Omit<Capabilities, 'intervals'>> & {
    readonly intervals: Readonly<Partial<Record<Interval, DeclaredInterval>>>;
  };

const INTERVAL_DEFAULTS = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 } as const;

const DEFAULTS = {
  ...{ maxInFlight: null, defaultInFlight: 4, metered: true, quotas: [] },
  ...{ actions: false, listsTickers: false, needsUrl: false },
} as const;

/**
 * What a module says that its provider can do, as plain data. Throws what `refuse` makes of the first thing that is wrong
 * with it: which, its value, what it must be.
 */
export function checkedCapabilities(given: unknown, refuse: (what: string) => BackfillError): Capabilities {
  if (!isObject(given)) throw refuse(`its capabilities are ${shown(given)}; they must be an object`);
  const assertAll = (
    of: Record<string, unknown>,
    rules: Readonly<Record<string, Rule>>,
    at: string,
  ): void => {
    for (const [name, { must, holds }] of Object.entries(rules))
      if (!holds(of[name])) throw refuse(`its ${at}.${name} is ${shown(of[name])}; it must be ${must}`);
    for (const name of Object.keys(of))
      if (!Object.hasOwn(rules, name))
        throw refuse(`its ${at}.${name} is nothing that is known${didYouMean(name, Object.keys(rules))}`);
  };
  const intervalsOf = ({ intervals }: Record<string, unknown>, of: string): Record<string, unknown> => {
    const checked: Record<string, unknown> = {};
    for (const [interval, said] of Object.entries(intervals as Record<string, unknown>)) {
      const at = `${of}.intervals["${interval}"]`;
      if (!isInterval(interval))
        throw refuse(`its ${at} is no interval that there is; there are ${INTERVALS.join(', ')}`);
      if (!isObject(said)) throw refuse(`its ${at} is ${shown(said)}; it must be an object`);
      const limits = { ...INTERVAL_DEFAULTS, ...said };
      assertAll(limits, OF_INTERVAL, at);
      checked[interval] = limits;
      const { market } = said;
      if (isObject(market)) assertAll(market, OF_MARKET, `${at}.market`);
    }
    return checked;
  };
  const declared: Record<string, unknown> = { ...DEFAULTS, ...given };
  assertAll(declared, OF_PROVIDER, 'capabilities');
  const intervals = intervalsOf(declared, 'capabilities');
  const tiers = declared['otherTiers'] as readonly Record<string, unknown>[] | undefined;
  const otherTiers = tiers?.map((tier, i) => {
    const at = `capabilities.otherTiers[${i}]`;
    assertAll(tier, OF_TIER, at);
    return { ...tier, intervals: intervalsOf(tier, at) };
  });
  return JSON.parse(
    JSON.stringify({ ...declared, intervals, ...(otherTiers && { otherTiers }) }),
  ) as Capabilities;
}
