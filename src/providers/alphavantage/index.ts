import type { StatedAction } from '../../core/actions/action-checks.ts';
import { UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import type { Day } from '../../core/session/day.ts';
import { intersect, subtract } from '../../core/session/ranges.ts';
import type { Gate } from '../http/gate.ts';
import { openHttpProvider } from '../http/open-provider.ts';
import type { HttpSteps, Page } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { partOver } from '../part-over.ts';
import type {
  ActionsRequest,
  BarAnswer,
  ListRequest,
  Provider,
  ProviderConfig,
  Secrets,
} from '../provider.ts';
import { rawAnswer } from '../raw-answer.ts';
import { actionsOf, statedApart, statedBeside } from './actions.ts';
import { alphavantageCapabilities } from './capabilities.ts';
import { type Active, discoverSteps } from './discover.ts';
import { tickersIn } from './listing.ts';
import { type RowsRead, readRows } from './parse.ts';
import {
  ACTION_FUNCTIONS,
  ALPHAVANTAGE_URL,
  INTERVALS,
  type Access,
  actionsQuery,
  barsQuery,
  monthsOf,
  tickerIn,
  worded,
} from './request.ts';
import { tierOf } from './settings.ts';
import { askedBy, symbolOf, tickerOf } from './symbols.ts';
import { type Table, tableIn } from './table.ts';

/** Alpha Vantage: daily and intraday bars of shares, daily ones of currencies and crypto, as traded. */
export function openAlphavantage(config: ProviderConfig, gate: Gate, secrets: Secrets): Provider {
  return openHttpProvider(stepsOf(config), config, gate, secrets);
}

/** What the answers of a chain said so far. */
interface Heard {
  readonly rows: readonly RowsRead[];
  readonly stated: readonly StatedAction[];
  /** Answers so far. */
  readonly answers: number;
}

const NOTHING_HEARD: Heard = { rows: [], stated: [], answers: 0 };

function stepsOf(config: ProviderConfig): HttpSteps<Heard, Active> {
  const access: Access = { baseUrl: config.url ?? ALPHAVANTAGE_URL, isFull: tierOf(config).isFull };
  return {
    capabilities: alphavantageCapabilities(config),
    symbolOf,
    tickerOf,
    request: (asked, heard, secrets) =>
      worded(barsQuery(asked, monthAfter(asked, heard), access), access, secrets),
    parse: (answer, asked, heard) => barsIn(answer, asked, heard, access),
    end: (asked, heard) => [{ ticker: tickerIn(asked), answer: barAnswer(asked, heard) }],
    actions: {
      request: (asked, heard, secrets) => worded(actionsQuery(asked, functionAfter(heard)), access, secrets),
      parse: actionsIn,
      end: (asked, { stated }) => [{ ticker: tickerIn(asked), answer: actionsOf(stated, asked) }],
    },
    tickers: {
      request: (secrets) =>
        worded({ parameters: { function: 'LISTING_STATUS' }, mostRows: null }, access, secrets),
      parse: tickersIn,
    },
    discover: discoverSteps(access),
  };
}

/** The month that is asked for next. */
function monthAfter(asked: ListRequest, { answers } = NOTHING_HEARD): Day {
  return monthsOf(asked)[answers] as Day;
}

function functionAfter({ answers } = NOTHING_HEARD): (typeof ACTION_FUNCTIONS)[number] {
  return ACTION_FUNCTIONS[answers] ?? 'SPLITS';
}

function barsIn(answer: HttpAnswer, asked: ListRequest, heard = NOTHING_HEARD, access: Access): Page<Heard> {
  const { interval, range, now } = asked;
  const ticker = tickerIn(asked);
  const month = monthAfter(asked, heard);
  const { mostRows } = barsQuery(asked, month, access);
  const table = tableOf(answer, asked, INTERVALS[interval]);
  const next = monthsOf(asked)[heard.answers + 1];
  const part = { from: Math.max(range.from, month), to: next ?? range.to };
  const rows = readRows(table, { ticker, interval, range: part, now, mostRows });
  const state = {
    rows: [...heard.rows, rows],
    stated: [...heard.stated, ...statedBeside(table)],
    answers: heard.answers + 1,
  };
  return { parts: [], state, hasMore: next !== undefined };
}

function actionsIn(answer: HttpAnswer, asked: ActionsRequest, heard = NOTHING_HEARD): Page<Heard, never> {
  const stated = [...heard.stated, ...statedApart(tableOf(answer, asked))];
  const answers = heard.answers + 1;
  return { parts: [], state: { rows: [], stated, answers }, hasMore: answers < ACTION_FUNCTIONS.length };
}

function tableOf(answer: HttpAnswer, asked: ActionsRequest, interval?: string): Table {
  const ticker = tickerIn(asked);
  const by = askedBy(ticker);
  const symbol = by.of === 'share' ? by.symbol : null;
  return tableIn(answer, { ticker, symbol, interval });
}

/** What all answers for a range say together. */
function barAnswer(asked: ListRequest, { rows, stated }: Heard): BarAnswer {
  const { range, now } = asked;
  const ticker = tickerIn(asked);
  const over = partOver(range, calendarFor(ticker), now);
  const months = monthsOf(asked);
  const spokenOf = rows.flatMap(({ since }, i) =>
    intersect([over], [{ from: since, to: months[i + 1] ?? range.to }]),
  );
  const from = Math.min(spokenOf[0]?.from ?? over.to, over.to);
  const proven = { from, to: over.to };
  const unproven = subtract([proven], spokenOf);
  const offGridOn = rows.flatMap((one) => one.offGridOn);
  return rawAnswer(ticker, asked, concatBars(rows.map(({ bars }) => bars)), {
    proven,
    ...(unproven.length > 0 && { unproven }),
    unusable: rows.flatMap(({ unusable }) => unusable),
    identity: UNKNOWN_IDENTITY,
    dropped: sumOf(rows.map(({ dropped }) => dropped)),
    ...{ offGrid: offGridOn.length, offGridOn },
    straysOn: rows.flatMap((one) => one.straysOn),
    unfinished: sumOf(rows.map(({ unfinished }) => unfinished)),
    ...actionsOf(stated, asked),
  });
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
