// Sound rows of something else than the head says.

import { calendarOf } from './calendar-of.ts';
import { type Head, changing } from './form.ts';

/** Pounds for pence and pence for pounds; else whatever is not it. */
const OTHER_CURRENCY: Readonly<Record<string, string>> = { USD: 'EUR', GBP: 'GBp', GBp: 'GBP' };

export const wrongCurrency = changing((answer, asked, form) =>
  form.withHead(answer, (head) => ({ ...head, currency: OTHER_CURRENCY[head.currency] ?? 'USD' }), asked),
);

export const wrongType = changing((answer, asked, form) => form.withHead(answer, ofOtherType, asked));

function ofOtherType(head: Head): Head {
  return { ...head, type: head.type === 'equity' ? 'etf' : 'equity' };
}

export const recycled = changing((answer, asked, form) => {
  const rows = form.rowsOf(answer);
  const middle = rows[Math.floor(rows.length / 2)];
  // An answer of splits and dividends has no row.
  if (middle === undefined) return null;
  const session = form.sessionOf(middle.stamp, calendarOf(asked, form), asked);
  return form.withHead(answer, ofOtherType, asked, session);
});
