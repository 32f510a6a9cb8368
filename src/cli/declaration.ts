/** What options are set to, given or not, as it is written; switches that are on are true. */
export type Texts = ReadonlyMap<string, true | readonly string[]>;

/**
 * Options as data. One declaration is what an option is read by, what its value is checked by, what the help says of it,
 * and the type of what a command gets: `--csv-zone` as `csvZone`.
 */
export interface Declaration {
  /** What it says of itself in the help, without a full stop. */
  readonly describe: string;
  /** `text` takes a value and is the default; a `switch` takes none; a `list` may be given several times. */
  readonly type?: 'text' | 'switch' | 'list';
  /** Given several times, the values are one text, joined with commas. */
  readonly joined?: true;
  /** Its text is a list with commas, which a configuration file may give as one. */
  readonly isList?: true;
  /** Another name of it, without dashes. */
  readonly alias?: string;
  /** `t` for `-t`. */
  readonly short?: string;
  /** What the help calls its value: `N`, `DATE`. Default: its choices, or `TEXT`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** It may be given without a value, and is this then; a word behind it that `isValue` takes for none is no part of it. */
  readonly bare?: { readonly value: string; readonly isValue: RegExp };
  /** What shells complete its value to, where others may be given too. */
  readonly offers?: readonly string[];
  /** A command whose list has ids that shells complete it to, and words that stand for one; behind what it `offers`. */
  readonly idsOf?: { readonly command: string; readonly words: readonly string[] };
  /** Makes the value of its text, named `--days`. Throws `usage`. Default: the text itself. */
  readonly read?: (name: string, text: string) => unknown;
  readonly default?: string;
  /** What the help says of a default that is no fixed text. */
  readonly otherwise?: string;
  /** What it is by a variable that is not of this program, and which one; undefined where that is not set. Default: by none. */
  readonly elsewhere?: () => { readonly value: string; readonly source: string } | undefined;
  /** The heading under which the help lists it. Default `Options`. */
  readonly group?: string;
  /** Words that stand alone belong to it: `one` of them, or all the others. */
  readonly word?: 'one' | 'many';
  readonly required?: true;
  /** It cannot be left out unless one of these is given, of which its command itself complains. */
  readonly requiredUnless?: readonly string[];
  /**
   * Other options without which this one has no effect: each `given`, or of one of these values, which may depend on its
   * own and on which options are there. On the command line that is refused; a setting, which is meant for many commands,
   * waits until it has one.
   */
  readonly needs?: Readonly<
    Record<string, 'given' | readonly string[] | ((text: string, all: Texts) => readonly string[])>
  >;
  /** Other options of which one must be given, or this one has no effect: refused on the command line. */
  readonly needsAny?: readonly string[];
  /** Other options beside which this one has no effect: refused alike. */
  readonly voidWith?: readonly string[];
}

/** What a command declares, by the names of its options in kebab case. */
export type Declarations = Readonly<Record<string, Declaration>>;

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type Lacking<D> = D extends { default: string } | { required: true } ? never : undefined;

type ReadAs<D> = D extends { read: (name: string, text: string) => infer Value }
  ? Value
  : D extends { choices: readonly (infer Choice)[] }
    ? Choice
    : string;

type ValueOf<D> = D extends { type: 'switch' }
  ? boolean
  : D extends { type: 'list' }
    ? readonly ReadAs<D>[]
    : ReadAs<D> | Lacking<D>;

/** The values of declared options, by their names in camel case. */
export type ValuesOf<D extends Declarations> = {
  readonly [Name in keyof D & string as CamelCase<Name>]: ValueOf<D[Name]>;
};

/** A value from outside the command line, and where it stands. */
export interface Setting {
  readonly value: unknown;
  /** `BACKFILL_DAYS`, `BACKFILL_DAYS in .env line 3`, `backfill.config.json line 2 column 3` or `profile gentle`. */
  readonly source: string;
}

/**
 * Values of options by their name in kebab case, from outside the command line; of those that are of one provider alone by
 * `ofProvider`.
 */
export type Settings = ReadonlyMap<string, Setting>;

/** Every command of a program has these. */
export const ALWAYS = {
  help: { type: 'switch', short: 'h', describe: 'Show this help' },
  version: { type: 'switch', short: 'V', describe: 'Show the version' },
  'env-file': { value: 'FILE', otherwise: '.env', describe: 'Read variables of the environment from it' },
} as const satisfies Declarations;

/** What the help and messages call the words of an option: `TICKER`. */
export function wordName(name: string, declaration: Declaration | undefined): string {
  return declaration?.value ?? name.toUpperCase();
}
