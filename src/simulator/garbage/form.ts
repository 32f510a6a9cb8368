import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Day } from '../../core/session/day.ts';
import type { Asked, Distortion } from '../distortion.ts';
import type { Wire, WireRequest, WireResponse } from '../wire.ts';
import type { Row } from './rows.ts';

/**
 * How a wire's good answers are taken apart and put together again: all that a distortion needs to know of it. Of an answer
 * for several series the first is distorted. What a change leaves alone stays as it was, to the byte.
 */
export interface AnswerForm {
  readonly wire: Wire;
  readonly rowsOf: (answer: WireResponse) => readonly Row[];
  /** The same answer with other rows, in the order given. */
  readonly withRows: (answer: WireResponse, rows: readonly Row[]) => WireResponse;
  /** The same answer of another kind of instrument; `recycledOn`: that trades only since that session. */
  readonly withHead: (
    answer: WireResponse,
    change: (head: Head) => Head,
    asked: Asked,
    recycledOn?: Day,
  ) => WireResponse;
  readonly withoutSplits: (answer: WireResponse) => WireResponse;
  /** Stamps, those of the events too, so many times what they are. */
  readonly withStampsTimes: (answer: WireResponse, factor: number) => WireResponse;
  /** How many of the wire's stamps are a second. */
  readonly stampsASecond: number;
  /** A price in the precision of the wire. */
  readonly price: (price: number) => number;
  /** The series that is distorted; undefined where the answer is an error. */
  readonly tickerOf: (asked: Asked) => string | undefined;
  /** The request for another ticker in place of that series. */
  readonly insteadOf: (request: WireRequest, ticker: string) => WireRequest;
  /** The session of a row. */
  readonly sessionOf: (stamp: number, calendar: Calendar, asked: Asked) => Day;
  /** The stamp of a day's first row, be it a session or not. */
  readonly stampOn: (day: Day, asked: Asked) => number;
}

/** What an answer says an instrument is, in our words. */
export interface Head {
  readonly currency: string;
  readonly type: string;
}

/** A distortion of any wire's answers. */
export type Garbling = (form: AnswerForm) => Distortion;

/** Changes an answer; null for an error, an answer without bars and where nothing changed. */
export function changing(
  change: (answer: WireResponse, asked: Asked, form: AnswerForm) => WireResponse | null,
): Garbling {
  return (form) => (answer, asked) => {
    if (answer.rows === 0) return null;
    const made = change(answer, asked, form);
    return made === null || made.body === answer.body ? null : made;
  };
}

/** Changes the rows of an answer; null as for `changing`. */
export function changingRows(
  change: (rows: readonly Row[], asked: Asked, form: AnswerForm) => readonly Row[],
): Garbling {
  return changing((answer, asked, form) => form.withRows(answer, change(form.rowsOf(answer), asked, form)));
}
