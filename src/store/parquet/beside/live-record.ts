import type { Bar, Series } from '../../../core/bars/bars.ts';
import { RECORDED, type RecordedBar } from '../../../core/bars/recorded.ts';
import { sealed, unsealed } from '../../../core/seal.ts';
import { isInterval } from '../../../core/session/interval.ts';
import type { DamagedRecord, LiveRecord } from '../../live-record.ts';
import { fields, list, text } from '../codec/json.ts';
import { orAbsent } from '../files/absent.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { decodeValue, encodeValue, LIVE_RECORD } from '../files/layout.ts';
import { setAside } from './quarantine.ts';

// One document of many bars, `recorded/NAME.json`, a row a bar: ts, open, high, low, close, volume, vwap, trades, emitted at.
//
//     {"bars": [{"ticker": "AAPL", "interval": "1m", "row": [1764599400000, 187.1, 187.4, 187, 187.2, 1200, null, null, 1764599460012]}]}
//
// JSON has the shortest text of a double, which reads back as the same bits, of all but two: NaN (not known) is null, and a zero
// below zero a text.

const ENDING = '.json';
const MINUS_ZERO = '-0';

/** `usable` turns what the file system says into `store-unusable`. */
export function openLiveRecord(blobs: Blobs, usable: <T>(work: () => Promise<T>) => Promise<T>): LiveRecord {
  return {
    keep: (name, bars) =>
      usable(async () => {
        const document = sealed({ bars: bars.map(rowOf) });
        const bytes = bytesOfText(`${JSON.stringify(document)}\n`);
        await blobs.put(pathOf(name), bytes, { isLeaseless: true });
      }),
    list: () =>
      usable(async () => {
        const names = (await blobs.list(LIVE_RECORD)).filter((name) => name.endsWith(ENDING));
        return names.flatMap((name) => decodeValue(name.slice(0, -ENDING.length)) ?? []).toSorted();
      }),
    has: (name) => usable(async () => (await blobs.version(pathOf(name))) !== undefined),
    read: (name) => usable(() => readRecorded(blobs, pathOf(name))),
    drop: (name) =>
      usable(async () => {
        await orAbsent(blobs.remove(pathOf(name), { isLeaseless: true }));
      }),
    setAside: (name) => usable(async () => setAside(blobs, pathOf(name), await blobs.written(pathOf(name)))),
  };
}

function rowOf({ series: { ticker, interval }, bar }: RecordedBar): object {
  const { ts, open, high, low, close, volume, vwap, trades, fetchedAt } = bar;
  const row = [ts, open, high, low, close, volume, vwap, trades, fetchedAt];
  return { ticker, interval, row: row.map((value) => (Object.is(value, -0) ? MINUS_ZERO : value)) };
}

/** The bars of a document by its path; undefined: it is not there. */
export async function readRecorded(
  blobs: Blobs,
  path: string,
): Promise<readonly RecordedBar[] | DamagedRecord | undefined> {
  const content = await readText(blobs, path);
  return content === undefined ? undefined : barsIn(path, content);
}

function barsIn(path: string, content: string): readonly RecordedBar[] | DamagedRecord {
  try {
    const { document, seal } = unsealed(JSON.parse(content)) ?? {};
    if (seal !== 'whole') throw new TypeError('its seal is broken');
    return list(document?.['bars']).map(recordedIn);
  } catch {
    const reason = 'it is not as it was written: the live bars that were recorded in it are lost';
    const named = namedIn(content);
    return { path, reason, ...(named !== undefined && { named }) };
  }
}

const BEGINNING = '{"bars":[';

/** A row as it is written: its series, its stamp, eight more values, and whether another one follows. */
const ROW =
  /\{"ticker":"(?<ticker>[^"\\\p{Cc}]+)","interval":"(?<interval>\w+)","row":\[(?<ts>-?\d+)(?:,[^,[\]{}\p{Cc}]{1,32}){8}\]\}(?<next>[,\]])/uy;

/** The bars of a document, if its text names every one from the first to the end of the list. */
function namedIn(content: string): DamagedRecord['named'] {
  if (!content.startsWith(BEGINNING)) return undefined;
  const row = new RegExp(ROW);
  row.lastIndex = BEGINNING.length;
  const named: { series: Series; ts: number }[] = [];
  for (;;) {
    const { ticker = '', interval = '', ts, next } = row.exec(content)?.groups ?? {};
    if (!isInterval(interval)) return undefined;
    named.push({ series: { ticker, interval }, ts: Number(ts) });
    if (next === ']') return named;
  }
}

function recordedIn(json: unknown): RecordedBar {
  const { ticker, interval, row } = fields(json);
  const at = text(interval);
  if (!isInterval(at)) throw new TypeError(`no interval: ${at}`);
  const [
    ts = Number.NaN,
    open = Number.NaN,
    high = Number.NaN,
    low = Number.NaN,
    close = Number.NaN,
    ...others
  ] = list(row).map(numberIn);
  const [volume = Number.NaN, vwap = Number.NaN, trades = Number.NaN, fetchedAt = Number.NaN] = others;
  const bar: Bar = {
    ...{ ts, open, high, low, close, volume },
    ...{ vwap: known(vwap), trades: known(trades), source: RECORDED, fetchedAt },
  };
  return { series: { ticker: text(ticker), interval: at }, bar };
}

function numberIn(json: unknown): number {
  if (json === null) return Number.NaN;
  if (json === MINUS_ZERO) return -0;
  if (typeof json !== 'number') throw new TypeError('no number');
  return json;
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function pathOf(name: string): string {
  return `${LIVE_RECORD}/${encodeValue(name)}${ENDING}`;
}
