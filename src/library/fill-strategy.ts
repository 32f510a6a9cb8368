import { seriesKey } from '../core/bars/bars.ts';
import { wholeSessions } from '../core/bars/whole-sessions.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { BackfillError } from '../core/errors.ts';
import { normalize, subtract } from '../core/session/ranges.ts';
import { shown } from '../core/shown.ts';
import type { AskedDays } from './asked-days.ts';
import type { FillStrategy } from './filling.ts';
import type { Parts } from './parts.ts';
import { liveOf } from './with-recorded.ts';

/** Gives what of some days of series a provider is asked for. */
type Asking = (
  tools: Pick<Parts, 'store' | 'recorded' | 'clock'>,
  asked: readonly AskedDays[],
) => readonly AskedDays[] | Promise<readonly AskedDays[]>;

const STRATEGIES: Readonly<Record<FillStrategy, Asking>> = {
  'on-demand': (_, asked) => asked,
  'live-replay': notRecorded,
};

/** How a strategy of that name asks. Throws `usage` for a name of none. */
export function strategyOf(name: FillStrategy = 'on-demand'): Asking {
  const asking = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  if (asking !== undefined) return asking;
  throw new BackfillError(
    'usage',
    `strategy ${shown(name)}: must be ${Object.keys(STRATEGIES).join(' or ')}`,
  );
}

/** What is left of some days without the sessions of which every bar is recorded. */
async function notRecorded(
  { store, recorded, clock }: Parameters<Asking>[0],
  asked: readonly AskedDays[],
): Promise<readonly AskedDays[]> {
  const all = await recorded.all();
  const meant = asked.filter(({ series }) => all.has(seriesKey(series)));
  if (meant.length === 0) return asked;
  const scan = await store.scan({ tickers: [...new Set(meant.map(({ series }) => series.ticker))] });
  const now = clock();
  return asked.flatMap((one) => {
    const { series, range } = one;
    const its = all.get(seriesKey(series));
    if (its === undefined) return [one];
    const { bars, calendar } = liveOf(its, scan.series.get(seriesKey(series)), now);
    const whole = wholeSessions(bars, series.interval, calendarById(calendar), now);
    const recordedDays = normalize(whole.map((day) => ({ from: day, to: day + 1 })));
    return subtract([range], recordedDays).map((part) => ({ ...one, range: part }));
  });
}
