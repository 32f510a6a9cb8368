import { type StatedAction, checkActions } from '../../core/actions/action-checks.ts';
import type { Day } from '../../core/session/day.ts';
import type { ActionsAnswer } from '../provider.ts';
import { dayIn, fieldsOf, numberIn } from '../fields.ts';
import { pageIn, refuse } from './parse.ts';
import { shown } from '../../core/shown.ts';
import { tickerOf } from './symbols.ts';

/** What a page says of one symbol: splits and dividends as they are stated, and what else, in a line each. */
export interface SaidOfSymbol {
  readonly stated: readonly StatedAction[];
  readonly others: readonly string[];
}

export const NOTHING_SAID: SaidOfSymbol = { stated: [], others: [] };

type Row = Readonly<Record<string, unknown>>;

/** What a store of bars makes of an action of some type: of which symbol it speaks, and what it says of that. */
interface Reading {
  /** The field with the symbol whose shares change; where it is another one's name too, all of them. */
  readonly symbols: readonly string[];
  readonly action?: (row: Row) => StatedAction['action'];
  /** In words, where no price can be adjusted for it by a ratio or an amount alone. */
  readonly words?: (row: Row) => string;
}

const OWN = ['symbol'];

/** New shares for an old one. */
const split = (row: Row): StatedAction['action'] => {
  return {
    kind: 'split',
    exDay: dayIn(row, 'ex_date'),
    ratio: numberIn(row, 'new_rate') / numberIn(row, 'old_rate'),
  };
};

/** By the names of Alpaca's lists. */
const READINGS: Readonly<Record<string, Reading>> = {
  forward_splits: { symbols: OWN, action: split },
  reverse_splits: { symbols: OWN, action: split },
  // 5 % more shares are a split of 1.05 for 1.
  stock_dividends: {
    symbols: OWN,
    action: (row) => ({ kind: 'split', exDay: dayIn(row, 'ex_date'), ratio: 1 + numberIn(row, 'rate') }),
  },
  cash_dividends: {
    symbols: OWN,
    action: (row) => ({ kind: 'dividend', exDay: dayIn(row, 'ex_date'), amount: numberIn(row, 'rate') }),
  },
  spin_offs: {
    symbols: ['source_symbol'],
    words: (row) =>
      `spin-off of ${text(row, 'new_symbol')}, ${text(row, 'new_rate')} for ${text(row, 'source_rate')}, ex ${text(row, 'ex_date')}: prices are not adjusted for it`,
  },
  rights_distributions: {
    symbols: ['source_symbol'],
    words: (row) =>
      `rights ${text(row, 'new_symbol')}, ${text(row, 'rate')} a share, ex ${text(row, 'ex_date')}: prices are not adjusted for them`,
  },
  unit_splits: {
    symbols: ['old_symbol', 'new_symbol'],
    words: (row) =>
      `${text(row, 'old_symbol')} was split into ${text(row, 'new_symbol')} and ${text(row, 'alternate_symbol')} on ${text(row, 'effective_date')}`,
  },
  name_changes: {
    symbols: ['old_symbol', 'new_symbol'],
    words: renamed,
  },
  cash_mergers: {
    symbols: ['acquiree_symbol'],
    words: (row) => `bought for ${text(row, 'rate')} a share on ${text(row, 'effective_date')}`,
  },
  stock_mergers: { symbols: ['acquiree_symbol'], words: merged },
  stock_and_cash_mergers: {
    symbols: ['acquiree_symbol'],
    words: (row) => `${merged(row)}, and ${text(row, 'cash_rate')} a share`,
  },
  redemptions: {
    symbols: OWN,
    words: (row) => `redeemed for ${text(row, 'rate')} a share on ${text(row, 'process_date')}`,
  },
  worthless_removals: {
    symbols: OWN,
    words: (row) => `removed as worthless on ${text(row, 'process_date')}`,
  },
};

function renamed(row: Row): string {
  const [old, now] = [row['old_symbol'], row['new_symbol']].map((symbol) =>
    typeof symbol === 'string' ? tickerOf(symbol) : '(no symbol)',
  );
  const { process_date: on } = row;
  if (typeof on !== 'string') return `${old} became ${now}, nobody says when`;
  return `${old} became ${now} on ${on}; to move what is stored: backfill rename ${old} ${now} --on ${on}`;
}

function merged(row: Row): string {
  const rates = `${text(row, 'acquirer_rate')} for ${text(row, 'acquiree_rate')}`;
  return `merged into ${text(row, 'acquirer_symbol')} on ${text(row, 'effective_date')}, ${rates}`;
}

/**
 * What a page of corporate actions says by symbol, and the token of the next page. Throws `bad-answer` (retryable) for what is
 * none. An action of a type that is not known here is told by its type.
 */
export function readActionsPage(
  body: string,
  symbols: readonly string[],
): { readonly said: ReadonlyMap<string, SaidOfSymbol>; readonly next: string | null } {
  const page = pageIn(body, 'corporate_actions');
  const said = new Map<string, SaidOfSymbol>();
  let [isForeign, rows] = [true, 0];
  for (const [type, list] of Object.entries(fieldsOf(page.list))) {
    if (list !== null && !Array.isArray(list)) refuse(`its ${type} are ${shown(list)}`);
    for (const row of ((list ?? []) as readonly unknown[]).map(fieldsOf)) {
      rows++;
      const reading = READINGS[type] ?? unknown(type, row);
      const named = new Set(reading.symbols.map((field) => row[field]));
      isForeign &&= !Object.values(row).some((value) => symbols.includes(value as string));
      for (const symbol of symbols.filter((one) => named.has(one))) {
        const { stated, others } = said.get(symbol) ?? NOTHING_SAID;
        const action = reading.action?.(row);
        said.set(symbol, {
          stated: action === undefined ? stated : [...stated, { action, row: { type, ...row } }],
          others: reading.words === undefined ? others : [...others, reading.words(row)],
        });
      }
    }
  }
  if (rows > 0 && isForeign) refuse('its corporate actions are of symbols that were not asked for');
  return { said, next: page.next };
}

function unknown(type: string, row: Row): Reading {
  const symbols = Object.keys(row).filter((field) => field.endsWith('symbol'));
  return { symbols, words: () => `an action of the type ${type}: prices are not adjusted for it` };
}

/** What was said of a ticker by a day; what is announced has changed nothing yet. */
export function actionsOf(ticker: string, { stated, others }: SaidOfSymbol, today: Day): ActionsAnswer {
  const { actions, rejected } = checkActions(stated);
  return {
    actions: actions.filter(({ exDay }) => exDay <= today),
    badActions: rejected,
    ...(others.length > 0 && { notRead: others.map((words) => `${ticker}: ${words}`) }),
  };
}

function text(row: Row, field: string): string {
  const { [field]: value } = row;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : `(no ${field})`;
}
