import { quotaText } from '../core/plan/quota.ts';
import type { ProgressNow } from './progress.ts';
import { formatCount, formatDuration, plural } from './table.ts';

/** Tickers up to this long do not move what stands behind them; shorter ones are padded to the longest, 5 at least. */
const WIDEST_TICKER = 10;
const NARROWEST_TICKER = 5;

/** Columns of the bar, as many as there is room for. */
const NARROWEST_BAR = 10;
const WIDEST_BAR = 40;

/**
 * `[AAPL ] 42/503 ( 8.3%) ETA: 1h 32m 15s  Errors: 1  Elapsed: 8m 23s  1,761 bars/s`: how far a run is, in series.
 * `isStopping`: nothing more is begun.
 */
export function progressText(now: ProgressNow, isStopping: boolean): string {
  return fitting(now, isStopping, Number.POSITIVE_INFINITY);
}

/** The same for `width` columns, with a bar behind it. What does not fit is left out, from the end. */
export function progressLine(now: ProgressNow, isStopping: boolean, width: number): string {
  const text = fitting(now, isStopping, width);
  const room = Math.min(width - text.length - 2, WIDEST_BAR);
  if (room < NARROWEST_BAR) return text;
  const full = Math.floor((room * now.done) / Math.max(1, now.total));
  return `${text}  ${'#'.repeat(full)}${'.'.repeat(room - full)}`;
}

function fitting(now: ProgressNow, isStopping: boolean, width: number): string {
  const [state, ...counts] = [stateText(now, isStopping), ...countTexts(now)];
  let text = `${whereText(now)} ${state}`.trimEnd();
  for (const field of counts) {
    if (field === '') continue;
    if (text.length + 2 + field.length > width) break;
    text += `  ${field}`;
  }
  return text;
}

function whereText({ latest, tickerWidth, done, total }: ProgressNow): string {
  const wide = Math.max(NARROWEST_TICKER, Math.min(tickerWidth, WIDEST_TICKER));
  const percent = ((100 * done) / Math.max(1, total)).toFixed(1).padStart(4);
  return `[${(latest?.ticker ?? '').padEnd(wide)}] ${formatCount(done)}/${formatCount(total)} (${percent}%)`;
}

/** What holds it up, or how long it still takes. */
function stateText({ resumesAt, leftMs }: ProgressNow, isStopping: boolean): string {
  if (isStopping) return 'stopping';
  if (resumesAt !== null) return `throttled, resumes ${clockText(resumesAt)}`;
  return leftMs === null ? '' : `ETA: ${formatDuration(leftMs)}`;
}

function countTexts({
  failed,
  handedOn,
  retries,
  elapsedMs,
  barsPerSecond,
  quotaUse,
}: ProgressNow): string[] {
  const rate = Math.round(barsPerSecond);
  return [
    failed > 0 ? `Errors: ${formatCount(failed)}` : '',
    handedOn > 0 ? `Handed on: ${formatCount(handedOn)}` : '',
    retries > 0 ? `Retries: ${formatCount(retries)}` : '',
    `Elapsed: ${formatDuration(elapsedMs)}`,
    rate > 0 ? `${plural(rate, 'bar')}/s` : '',
    ...quotaUse.map(({ quota, used }) => `Quota: ${formatCount(used)} of ${quotaText([quota])}`),
  ];
}

/** `02:07:10`, on the clock of this machine's time zone. */
function clockText(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
