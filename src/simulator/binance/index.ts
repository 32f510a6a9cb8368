import type { OwnWire } from '../own-wire.ts';
import { askedSeries, binanceWire, symbolOf, tooFast } from './wire.ts';

/** The server of Binance's spot market, and of its archive of files. */
export const binance: OwnWire = { answer: binanceWire, askedSeries, symbolOf, tooFast };
