// Sound rows of something else than the head says.

import type { Distortion } from '../../distortion.ts';
import { instrumentOf } from '../asked-instrument.ts';
import { type ChartResult, edited } from '../chart.ts';
import { openStamp } from '../instrument.ts';

/** Pounds for pence and pence for pounds; else whatever is not it. */
const OTHER_CURRENCY: Readonly<Record<string, string>> = { USD: 'EUR', GBP: 'GBp', GBp: 'GBP' };

export const wrongCurrency: Distortion = (answer) =>
  edited(answer, ({ meta }) => {
    meta['currency'] = OTHER_CURRENCY[String(meta['currency'])] ?? 'USD';
  });

export const wrongType: Distortion = (answer) => edited(answer, otherType);

function otherType({ meta }: ChartResult): void {
  meta['instrumentType'] = meta['instrumentType'] === 'EQUITY' ? 'ETF' : 'EQUITY';
}

export const recycled: Distortion = (answer, asked) => {
  const instrument = instrumentOf(asked);
  if (instrument === undefined) return null;
  return edited(answer, (result) => {
    const { timestamp = [], meta } = result;
    const middle = timestamp[Math.floor(timestamp.length / 2)] as number;
    meta.firstTradeDate = openStamp(instrument, instrument.calendar.localDay(middle * 1000));
    otherType(result);
  });
};
