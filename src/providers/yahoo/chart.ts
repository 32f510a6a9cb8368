import { BackfillError, type ErrorDetails } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';

/** What is read of a chart; everything else in an answer may come, change or go. Instants are epoch seconds. */
export interface Chart {
  readonly symbol: string;
  /** Of the exchange, an IANA name if Yahoo is right. */
  readonly zone: string;
  /** What Yahoo calls the interval of the rows; null where it does not say, as what follows. */
  readonly granularity: string | null;
  readonly currency: string | null;
  readonly exchange: string | null;
  readonly instrumentType: string | null;
  readonly firstTrade: number | null;
  readonly lastTrade: number | null;
  /** One a row; the columns are as long. */
  readonly stamps: Float64Array;
  readonly columns: Readonly<Record<PriceColumn, Column>>;
  /** Null where the answer has no volumes at all. */
  readonly volumes: Column | null;
  /** As they came: `statedActions` reads them. */
  readonly events: unknown;
}

/** NaN where the answer has null. */
type Column = Float64Array;

type PriceColumn = 'open' | 'high' | 'low' | 'close';

/** Stamps beyond this are not in seconds: the year 5138. */
const LATEST_STAMP = 1e11;

/**
 * The chart in the body of an answer. Throws `bad-answer` (retryable: Yahoo mangles answers under load), which names the
 * field and its value, where something that is read is not what it has to be.
 */
export function readChart(body: string, symbol: string): Chart {
  const refuseAs =
    (details: ErrorDetails): Refuse =>
    (what) => {
      const message = `Yahoo's answer for ${symbol} is no chart: ${what}`;
      throw new BackfillError('bad-answer', message, { retryable: true, ...details });
    };
  const result = resultOf(body, refuseAs({}));
  const refuse: Refuse = refuseAs({ isOfOne: true });
  const field = (name: string): Field => ({ name: `meta.${name}`, value: fieldsOf(result['meta'])[name] });
  const stamps = stampsOf(result['timestamp'], refuse);
  const quote = quoteOf(result['indicators'], refuse);
  const column = (name: string): Column => columnOf({ name, value: quote[name] }, stamps, refuse);
  return {
    symbol: neededOf(field('symbol'), refuse),
    zone: neededOf(field('exchangeTimezoneName'), refuse),
    granularity: textOf(field('dataGranularity'), refuse),
    currency: textOf(field('currency'), refuse),
    exchange: textOf(field('exchangeName'), refuse),
    instrumentType: textOf(field('instrumentType'), refuse),
    firstTrade: instantOf(field('firstTradeDate'), refuse),
    lastTrade: instantOf(field('regularMarketTime'), refuse),
    stamps,
    columns: {
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
    },
    volumes: isNone(quote['volume']) ? null : column('volume'),
    events: result['events'],
  };
}

/** Says what is wrong with an answer. */
type Refuse = (what: string) => never;

type Fields = Readonly<Record<string, unknown>>;

interface Field {
  readonly name: string;
  readonly value: unknown;
}

/** The one result of an answer. */
function resultOf(body: string, refuse: Refuse): Fields {
  const { result, error } = fieldsOf(fieldsOf(parsed(body, refuse))['chart']);
  const first = firstOf(result);
  if (Object.keys(first).length > 0) return first;
  return refuse(isNone(error) ? 'it has no result' : `it has no result but the error ${shown(error)}`);
}

function parsed(body: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return refuse(`it does not parse (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** The columns of the rows; of no rows there may be none. */
function quoteOf(indicators: unknown, refuse: Refuse): Fields {
  const { quote } = fieldsOf(indicators);
  return Array.isArray(quote) ? firstOf(quote) : refuse(`its indicators.quote is ${shown(quote)}`);
}

/** Null where it is not said. */
function textOf({ name, value }: Field, refuse: Refuse): string | null {
  if (isNone(value) || value === '') return null;
  return typeof value === 'string' ? value : refuse(`its ${name} is ${shown(value)}, which is no text`);
}

function neededOf(field: Field, refuse: Refuse): string {
  return textOf(field, refuse) ?? refuse(`its ${field.name} is ${shown(field.value)}`);
}

function instantOf({ name, value }: Field, refuse: Refuse): number | null {
  return isNone(value) ? null : secondsOf({ name, value }, refuse);
}

function secondsOf({ name, value }: Field, refuse: Refuse): number {
  if (isInSeconds(value)) return value;
  return refuse(`its ${name} is ${shown(value)}, which is not in seconds`);
}

function isInSeconds(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < LATEST_STAMP;
}

/** Without a row there is no list. */
function stampsOf(value: unknown, refuse: Refuse): Float64Array {
  if (isNone(value)) return new Float64Array(0);
  if (!Array.isArray(value)) return refuse(`its timestamp is ${shown(value)}, which is no list`);
  const stamps = new Float64Array(value.length);
  for (let i = 0; i < stamps.length; i++) {
    const stamp: unknown = value[i];
    stamps[i] = isInSeconds(stamp) ? stamp : secondsOf({ name: `timestamp[${i}]`, value: stamp }, refuse);
  }
  return stamps;
}

/** A column of a row's values. One entry too few anywhere would move all that follow to other days. */
function columnOf({ name, value }: Field, { length }: Float64Array, refuse: Refuse): Column {
  const column = new Float64Array(length);
  if (isNone(value) && length === 0) return column;
  if (!Array.isArray(value)) return refuse(`its ${name} is ${shown(value)}, which is no list`);
  if (value.length !== length)
    return refuse(`it has ${plural(length, 'stamp')} and ${plural(value.length, 'value')} of ${name}`);
  for (let i = 0; i < length; i++) {
    const one: unknown = value[i];
    if (typeof one === 'number') column[i] = one;
    else if (one === null) column[i] = Number.NaN;
    else refuse(`its ${name}[${i}] is ${shown(one)}, which is no number`);
  }
  return column;
}

function isNone(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function firstOf(value: unknown): Fields {
  return Array.isArray(value) ? fieldsOf(value[0]) : {};
}

/** A value as an answer has it, cut short. */
function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
