const WORDS: Readonly<Record<string, string>> = {
  EQUITY: 'equity',
  ETF: 'etf',
  MUTUALFUND: 'fund',
  INDEX: 'index',
  CRYPTOCURRENCY: 'crypto',
  CURRENCY: 'fx',
  FUTURE: 'future',
};

/** Yahoo's `instrumentType`, in any case, in our words (see `Identity`); null where it says nothing. */
export function instrumentType(yahoos: string | null): string | null {
  return yahoos === null ? null : (WORDS[yahoos.toUpperCase()] ?? 'other');
}
