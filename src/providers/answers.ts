import type { RejectedAction } from '../core/actions/action-checks.ts';
import type { CorporateAction, Identity, Split } from '../core/bars/bars.ts';
import type { Bars } from '../core/bars/columns.ts';
import type { CrossSection } from '../core/bars/cross-section.ts';
import type { Oddity } from '../core/checks/oddity.ts';
import type { PartialBar } from '../core/checks/partial-bars.ts';
import type { Day, DayRange } from '../core/session/day.ts';

/** What a market had in one session. */
export interface MarketAnswer {
  /** Tickers that it names, each once. One that it does not name had no bar in the session, if that was over. */
  readonly parts: readonly Part[];
  /** Others that it names, of which it says the same besides their bars. Default: none. */
  readonly alike?: readonly AlikeParts[];
  /** Until when it knows of the market, ms since the epoch. */
  readonly asOf: number;
}

/** Takes an answer for a market piece by piece, as it is read, so that nobody holds all of it. */
export interface MarketPieces {
  /**
   * More of it. A ticker that comes in several pieces has what all of them say, in their order. One piece after the other.
   * What it rejects with is to be thrown as it is.
   */
  readonly add: (piece: MarketPiece) => Promise<void>;
  /** What came so far is no part of it: it is read from its beginning again, or there is none. */
  readonly restart: () => void;
}

/** A part of what a market had in one session. */
export type MarketPiece = Pick<MarketAnswer, 'alike'> & {
  readonly parts: readonly { readonly ticker: string; readonly answer: BarAnswer }[];
};

/** Tickers of which a market's answer says the same besides their bars: as parts they would be thousands of objects. */
export interface AlikeParts extends CrossSection {
  readonly answer: Omit<BarAnswer, 'bars'>;
}

/** What a request brought of one ticker: an answer, or what was thrown in its place. */
export type PartOf<Answer> = { readonly ticker: string } & (
  | { readonly answer: Answer }
  | { readonly error: unknown }
);

/** What an answer says of one ticker: its bars, or why there are none. */
export type Part = PartOf<BarAnswer>;

/** A row that the provider sent and that is no bar, with the reason. */
export interface UnusableRow {
  /** Start of the bar as in `Ohlcv`. */
  readonly ts: number;
  /** `empty`: the provider has no price for it; anything else: it has, but they are wrong, or some are missing. */
  readonly reason: string;
  readonly row: unknown;
}

/** What prices are: as traded, or divided by the ratios of the splits after them. */
export type Basis = 'raw' | 'split-adjusted';

/** Session dates without a bar, `[from, to)`, of which the provider itself says why there is none. */
export interface ExplainedAbsence extends DayRange {
  /** `halted`: trading was stopped; `no-trades`: it was open to trade and nobody did. */
  readonly reason: 'halted' | 'no-trades';
  /** What the provider says of it, in a few words. */
  readonly note?: string;
}

/** Session dates, `[from, to)`, whose bars came by an endpoint that has a name. */
export interface EndpointDays extends DayRange {
  /** As of `BarAnswer.endpoint`. */
  readonly endpoint: string;
}

/** How the stamps of intraday bars were read, of a source that does not say it itself. */
export interface StampsRead {
  /** IANA zone of the clock that they show. */
  readonly zone: string;
  /** What of its bar a stamp is. */
  readonly are: 'start' | 'end';
  /** The options by which its user says another zone, unless the stamps themselves tell theirs (null), and another end. */
  readonly options: { readonly zone: string | null; readonly are: string };
}

/** An answer, already raw (as traded) and in our words. */
export interface BarAnswer {
  /** Bars of the regular session as traded, in the order in which they came; may go beyond the range asked for. */
  readonly bars: Bars;
  /**
   * By which of the provider's endpoints they came, where it tells them apart: a word in lower case, such as `flat`, so that the
   * `source` of the rows is its id, `/` and that (`polygon/flat`); or those of some sessions, the others by none that has a name.
   * Whose rows they are is told by the id alone. Default: rows have the id as their `source`.
   */
  readonly endpoint?: string | readonly EndpointDays[];
  /** Rows with missing values, by session. */
  readonly unusable: readonly UnusableRow[];
  /** Session dates that the answer speaks of, all over at `now`: of one without a bar the provider has none. */
  readonly proven: DayRange;
  /** Session dates within `proven` that it does not speak of. Default: none. */
  readonly unproven?: readonly DayRange[];
  /** Why it does not speak of all that was asked for and is over, to end a message. Default: nobody knows. */
  readonly whyUnproven?: string;
  /** First day of which its source, as it is, has nothing: files that end. Default: none is known. */
  readonly sourceEnds?: Day;
  /** What the prices were on the wire, before they were made raw here. */
  readonly wireBasis: Basis;
  /** Sessions of `proven` without a bar that the provider explains, ascending; empty where it explains none. */
  readonly explained: readonly ExplainedAbsence[];
  /** Sound ones, at most one a kind and ex-date. */
  readonly actions: readonly CorporateAction[];
  /** Splits and dividends that cannot be, as they came. Default: none. */
  readonly badActions?: readonly RejectedAction[];
  /** Splits among `actions` that the wire's prices were not adjusted for, though it is. Default: none. */
  readonly unapplied?: readonly Split[];
  readonly identity: Identity;
  /** Where its source says that, for messages: a file and its line. Default: not told. */
  readonly identitySaidIn?: string;
  /** Set where the provider says that the instrument stopped trading: first day after the last trade. */
  readonly delistedOn: number | null;
  /** The session of the last trade that the provider knows of, where it says so. */
  readonly lastTrade?: number;
  /**
   * Rows that are no bar of a regular session's grid, or not one yet, and were left out. Where it is not told of which sessions,
   * those without a bar stay missing: of days for any such row, of intraday bars where there are more of them than bars.
   */
  readonly dropped: number;
  /** Those of `dropped` that lie within a session but off its grid. Default 0. */
  readonly offGrid?: number;
  /** The session dates of those, one a row. Default: not known, so that they may be of any. */
  readonly offGridOn?: readonly Day[];
  /** Those of `dropped` whose session is not final yet. Default 0. */
  readonly unfinished?: number;
  /**
   * Dates, on the exchange's clock, of those of `dropped` that are neither off their grid nor unfinished, one a row. Default: not
   * known, so that they may be of any.
   */
  readonly straysOn?: readonly Day[];
  /** Those of `bars` that were joined of finer rows of which some did not come, ascending. Default: none. */
  readonly partial?: readonly PartialBar[];
  /** What the source itself shows to be odd about its rows. Default: nothing. */
  readonly oddities?: readonly Oddity[];
  /** What the source has of the series and was not read, a line each, with what to do. Default: nothing. */
  readonly notRead?: readonly string[];
  /** How the stamps of its bars were read, where its user may have said it otherwise before. Default: as the provider means them. */
  readonly stampsRead?: StampsRead;
  /** Sessions in which the edition that was read may have been cut. Default: none. */
  readonly mayBeCut?: readonly DayRange[];
  /** The edition that was read, of a provider with `editionOf`. */
  readonly edition?: string;
  /** The edition of the user's own list of splits and dividends that was read, of a provider with `ownListOf`. */
  readonly ownList?: string;
  /** What is known of why the answer has no bar at all, in a few words; only where it has none. */
  readonly note?: string;
}

/** What a provider says of a ticker's splits and dividends apart from its bars. Plain JSON. */
export interface ActionsAnswer extends Pick<BarAnswer, 'actions' | 'badActions' | 'unapplied' | 'notRead'> {
  /**
   * Every one with an ex-date after the first day of the range, up to `now`: those that came after the range too, for prices
   * that are adjusted for splits are turned back with them.
   */
  readonly actions: readonly CorporateAction[];
  /** What it says of the instrument besides, where the bars say less. */
  readonly identity?: Identity;
  /** Set where it showed nothing else of the ticker either, so that its telling of no split proves nothing beside bars. */
  readonly isSilent?: true;
}
