import type { AnswerForm } from '../garbage/form.ts';
import { instrumentOf } from './asked-instrument.ts';
import { barsOf, edited, resultOf, writeBars } from './chart.ts';
import { openStamp } from './instrument.ts';
import { chartPath, symbolOf, yahooWire } from './wire.ts';

/** A chart taken apart and put together again, all parallel arrays in step. */
export const chartForm: AnswerForm = {
  wire: yahooWire,
  rowsOf: (answer) => barsOf(resultOf(answer)),
  withRows: (answer, rows) => edited(answer, (result) => writeBars(result, rows)),
  withHead: (answer, change, asked, recycledOn) =>
    edited(answer, ({ meta }) => {
      const [was, instrument] = [String(meta['instrumentType']), instrumentOf(asked)];
      const head = change({ currency: String(meta['currency']), type: was.toLowerCase() });
      meta['currency'] = head.currency;
      meta['instrumentType'] = head.type.toUpperCase();
      if (recycledOn !== undefined && instrument !== undefined)
        meta.firstTradeDate = openStamp(instrument, recycledOn);
    }),
  withoutSplits: (answer) =>
    edited(answer, (result) => {
      delete result.events?.['splits'];
      if (Object.keys(result.events ?? {}).length === 0) delete result.events;
    }),
  withStampsTimes: (answer, factor) =>
    edited(answer, (result) => {
      result.timestamp = (result.timestamp ?? []).map((stamp) => stamp * factor);
      for (const [kind, byStamp = {}] of Object.entries(result.events ?? {})) {
        const events = Object.values(byStamp).map((event) => ({ ...event, date: event.date * factor }));
        result.events = {
          ...result.events,
          [kind]: Object.fromEntries(events.map((event) => [String(event.date), event])),
        };
      }
    }),
  stampsASecond: 1,
  price: Math.fround,
  tickerOf: ({ request }) => symbolOf(request) ?? undefined,
  insteadOf: (request, ticker) => ({ ...request, path: chartPath(ticker) }),
  sessionOf: (stamp, calendar) => calendar.localDay(stamp * 1000),
  stampOn: (day, asked) => {
    const instrument = instrumentOf(asked);
    return instrument === undefined ? 0 : openStamp(instrument, day);
  },
};
