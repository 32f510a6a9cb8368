import { BackfillError, type ErrorCode, type ErrorDetails } from '../../core/errors.ts';

interface Refusal extends ErrorDetails {
  /** What its text says, of whatever field. */
  readonly says: RegExp;
  readonly code: ErrorCode;
  /** In our words: its own may hold the key. */
  readonly means: string;
}

/**
 * What each refusal means, the first that fits: all come with status 200, as an object of one text. The first tells of the
 * day's limit too.
 */
const REFUSALS: readonly Refusal[] = [
  {
    says: /spreading out|burst pattern/i,
    code: 'throttled',
    retryable: true,
    means: 'it asks for fewer requests a second',
  },
  {
    says: /requests ?(?:per|\/) ?day/i,
    code: 'quota-exhausted',
    means: 'the requests of its day are used up',
  },
  {
    says: /call (?:frequency|volume)|requests ?(?:per|\/) ?minute/i,
    code: 'throttled',
    retryable: true,
    means: 'it asks for fewer requests a minute',
  },
  {
    says: /premium (?:endpoint|feature)/i,
    code: 'not-entitled',
    means: 'it gives that to keys that are paid for; --tier says what yours is',
  },
  {
    says: /demo\W+API key|demo purposes/i,
    code: 'unauthorized',
    means: 'the key "demo" is good for its examples only',
  },
  {
    says: /apikey is invalid or missing/i,
    code: 'unauthorized',
    means: 'it does not know the key',
  },
  {
    // It says so of a symbol that it does not have.
    says: /invalid api call/i,
    code: 'unknown-ticker',
    means: 'it knows no such symbol',
  },
  {
    says: /api function/i,
    code: 'bad-answer',
    means: 'it knows no such function',
  },
];

/** Texts of these fields are refusals. */
const FIELDS = ['Information', 'Note', 'Error Message'];

/**
 * The refusal that an object is, of whatever was asked for; undefined where it is none. A right that is missing to pairs says
 * nothing of shares.
 */
export function refusalIn(said: object, about: string, isPair: boolean): BackfillError | undefined {
  const texts = FIELDS.map((field) => (said as Readonly<Record<string, unknown>>)[field]);
  const text = texts.find((one) => typeof one === 'string');
  if (text === undefined) return undefined;
  const refusal = REFUSALS.find(({ says }) => says.test(text));
  const message = `Alpha Vantage answered for ${about}: `;
  if (refusal === undefined) return new BackfillError('provider-fault', message + beginningOf(text));
  const { says: _says, code, means, ...details } = refusal;
  const scope = isPair && code === 'not-entitled' ? ({ scope: 'series' } as const) : {};
  return new BackfillError(code, message + means, { ...details, ...scope });
}

const LONGEST = 160;

/** A text that is cut between words, so that of a key in it nothing is left, or all, which is found and hidden. */
function beginningOf(text: string): string {
  const words = text.trim().split(/\s+/);
  let beginning = '';
  for (const word of words) {
    if (beginning.length + word.length > LONGEST) return `${beginning}…`;
    beginning += beginning === '' ? word : ` ${word}`;
  }
  return beginning;
}
