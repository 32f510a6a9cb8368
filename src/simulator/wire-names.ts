/** The providers whose wires the simulator speaks by itself. */
export const WIRE_NAMES = ['yahoo', 'alphavantage', 'alpaca', 'binance', 'polygon', 'sample'] as const;

export type WireName = (typeof WIRE_NAMES)[number];
