/** What headers call a clock. `ts` is this program's own column: UTC. */
const CLOCKS: Readonly<Record<string, string>> = {
  utc: 'UTC',
  gmt: 'UTC',
  ts: 'UTC',
  et: 'America/New_York',
  est: 'America/New_York',
  edt: 'America/New_York',
  cet: 'Europe/Paris',
  jst: 'Asia/Tokyo',
  exchange: 'exchange',
};

/** So many hours behind and before UTC there are zones without a change of clocks. */
const [MOST_BEHIND, MOST_BEFORE] = [12, 14];

/** Zones without a change of clocks, since there are prices by the minute, that are no whole hours ahead of UTC. */
const BETWEEN_HOURS: Readonly<Record<string, string>> = {
  '-9:30': 'Pacific/Marquesas',
  '4:30': 'Asia/Kabul',
  '5:30': 'Asia/Kolkata',
  '5:45': 'Asia/Kathmandu',
  '6:30': 'Asia/Yangon',
  '9:30': 'Australia/Darwin',
};

/** What may stand in brackets behind the name of a time and is no clock: a form of dates, a unit, which end of a bar. */
const NO_CLOCK =
  /^([ymdhsa:/., 't-]*(yy|mm|dd|hh)[ymdhsa:/., 't-]*|[mnuµ]?s|(milli|micro|nano)?sec(ond)?s?|(unix|epoch|iso|bar|candle).*|start|end|open|close|begin|24 ?h.*)$/i;

/** Of which place a clock is said to be the local one: that of the exchange, where there is one. */
export const LOCAL = 'local';

/** What the name of a column of times, or a column of zones, says of their clock. */
export interface ClockSaid {
  /** An IANA zone, `UTC` or `exchange`; null where it is not known. */
  readonly zone: string | null;
  /** What is not understood, and the column that says it. */
  readonly unknown: UnknownClock | null;
}

/** A word for a clock that is not understood, or `LOCAL`. */
export interface UnknownClock {
  readonly column: string;
  readonly word: string;
}

/** An IANA zone's own name for it, `UTC`, `exchange`, or undefined. */
export function clockNamed(text: string): string | undefined {
  const word = text.toLowerCase();
  if (Object.hasOwn(CLOCKS, word)) return CLOCKS[word];
  const ofOffset = zoneAhead(word);
  if (ofOffset !== undefined) return ofOffset;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The zone of `utc+1`, `gmt -05:00`, `utc+0530`; undefined for anything else. */
function zoneAhead(word: string): string | undefined {
  const [, sign, hours, minutes = '00'] =
    /^(?:utc|gmt) ?([+\u2212-]) ?(\d{1,2})(?::?(\d\d))?$/.exec(word) ?? [];
  if (hours === undefined) return undefined;
  const ahead = Number(hours) * (sign === '+' ? 1 : -1);
  if (minutes !== '00') return BETWEEN_HOURS[`${ahead}:${minutes}`];
  if (ahead < -MOST_BEHIND || ahead > MOST_BEFORE) return undefined;
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

/** What the name of a column of times says of their clock, in brackets or as one of its `words`; null where that is nothing. */
export function clockSaidBy(column: string, words: readonly string[]): ClockSaid | null {
  const inBrackets = [...column.matchAll(/[([]([^)\]]+)[)\]]/g)].map(([, inside = '']) => inside.trim());
  const clock = inBrackets.find((inside) => !NO_CLOCK.test(inside));
  if (clock !== undefined) return clockSaid(column, clock);
  const word = words.find((one) => one === LOCAL || Object.hasOwn(CLOCKS, one));
  return word === undefined ? null : clockSaid(column, word);
}

/** What the cells of a column of zones say of the clock of all rows; null where they are empty. */
export function clockOfCells(column: string, cells: Iterable<string>): ClockSaid | null {
  let said: ClockSaid | null = null;
  for (const cell of new Set(cells)) {
    if (cell === '') continue;
    const next = /^[+-]?0+$/.test(cell) ? { zone: 'UTC', unknown: null } : clockSaid(column, cell);
    if (next.zone === null || (said !== null && said.zone !== next.zone))
      return { zone: null, unknown: { column, word: cell } };
    said = next;
  }
  return said;
}

function clockSaid(column: string, word: string): ClockSaid {
  const isLocal = /^local( time)?$/i.test(word);
  const zone = isLocal ? null : (clockNamed(word) ?? null);
  return { zone, unknown: zone === null ? { column, word: isLocal ? LOCAL : word } : null };
}
