/** A kind of share, as our tickers and a provider's symbols write it behind the company's: `BAC-PL`, `BAC.PRL`. */
export interface ShareKind {
  readonly ours: RegExp;
  readonly theirs: RegExp;
  /** Each as it replaces the other, with what the other's groups hold. */
  readonly asTheirs: string;
  readonly asOurs: string;
}

/** Warrants, their series, and units of shares and warrants: XYZ-WT is XYZ.WS, XYZ-WTA is XYZ.WS.A, XYZ-UN is XYZ.U. */
export const WARRANTS_AND_UNITS: readonly ShareKind[] = [
  { ours: /^([A-Z]+)-WT$/, theirs: /^([A-Z]+)\.WS$/, asTheirs: '$1.WS', asOurs: '$1-WT' },
  {
    ours: /^([A-Z]+)-WT([A-Z])$/,
    theirs: /^([A-Z]+)\.WS\.([A-Z])$/,
    asTheirs: '$1.WS.$2',
    asOurs: '$1-WT$2',
  },
  { ours: /^([A-Z]+)-UN$/, theirs: /^([A-Z]+)\.U$/, asTheirs: '$1.U', asOurs: '$1-UN' },
];

/** A reversible spelling. */
export interface Spelling {
  readonly symbolOf: (ticker: string) => string;
  /** Inverse of `symbolOf`. */
  readonly tickerOf: (symbol: string) => string;
}

/** How a share class is parted from its company there: by a dot, `BRK.B`. */
const CLASS_SIGN = '.';
const OUR_CLASS_SIGN = '-';

/** Stands for the dot of a class where that would be read as another kind. */
const CLASS_INSTEAD = '~';

/**
 * Shares as a provider writes them that has a dot before a class, by their kinds. `exchangeSign` stands for the dot of an
 * exchange's suffix (`BRVO.PA`), which no symbol has. Every other ticker becomes a symbol that there is not, each another one, so
 * that `tickerOf` leads back.
 */
export function shareSpelling(kinds: readonly ShareKind[], exchangeSign: string): Spelling {
  const theirSigns: Readonly<Record<string, string>> = { '.': exchangeSign, [OUR_CLASS_SIGN]: CLASS_SIGN };
  const ourSigns: Readonly<Record<string, string>> = {
    [exchangeSign]: '.',
    [CLASS_SIGN]: OUR_CLASS_SIGN,
    [CLASS_INSTEAD]: OUR_CLASS_SIGN,
  };
  return {
    symbolOf: (ticker) => {
      const kind = kinds.find(({ ours }) => ours.test(ticker));
      if (kind !== undefined) return ticker.replace(kind.ours, kind.asTheirs);
      const plain = signed(ticker, theirSigns);
      // Would be read as another kind: our XYZ-WS is not their XYZ.WS, which is XYZ-WT.
      return kinds.some(({ theirs }) => theirs.test(plain))
        ? plain.replaceAll(CLASS_SIGN, CLASS_INSTEAD)
        : plain;
    },
    tickerOf: (symbol) => {
      const kind = kinds.find(({ theirs }) => theirs.test(symbol));
      return kind === undefined ? signed(symbol, ourSigns) : symbol.replace(kind.theirs, kind.asOurs);
    },
  };
}

function signed(name: string, signs: Readonly<Record<string, string>>): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, (sign) => signs[sign] ?? sign);
}
