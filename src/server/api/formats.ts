import { BackfillError } from '../../core/errors.ts';
import { quoted } from '../../core/quoted.ts';

/** How bars can be had. */
export type BarFormat = 'json' | 'ndjson' | 'csv' | 'arrow';

/** Their media types; of those that one asks for alike the first one is given. */
export const MEDIA_TYPES: Readonly<Record<BarFormat, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
};

/** What an answer of a format says that it is. */
export function contentTypeOf(format: BarFormat): string {
  return MEDIA_TYPES[format] + (format === 'csv' ? '; charset=utf-8; header=present' : '');
}

const FORMATS = Object.keys(MEDIA_TYPES) as readonly BarFormat[];

/**
 * The format that is named, or else the one that `accept` (a header) likes best; undefined: none of those that it takes. Throws
 * `usage` for a name that is none.
 */
export function formatOf(named: string | undefined, accept = '*/*'): BarFormat | undefined {
  if (named === undefined) return liked(accept);
  const format = FORMATS.find((one) => one === named);
  if (format !== undefined) return format;
  throw new BackfillError(
    'usage',
    `format ${quoted(named)}: there is no such format; there are ${FORMATS.join(', ')}`,
  );
}

/** One of what a header takes: `text/*;q=0.8`. */
interface Taken {
  readonly range: string;
  readonly quality: number;
}

function liked(accept: string): BarFormat | undefined {
  const taken = accept.split(',').map((one): Taken => {
    const [range = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { range, quality: quality === undefined ? 1 : Number(quality) };
  });
  let best: BarFormat | undefined;
  let highest = 0;
  for (const format of FORMATS) {
    const quality = qualityOf(MEDIA_TYPES[format], taken);
    if (quality > highest) [best, highest] = [format, quality];
  }
  return best;
}

/** By what speaks of it most closely (RFC 9110 §12.5.1); 0 where nothing does. */
function qualityOf(type: string, taken: readonly Taken[]): number {
  for (const range of [type, type.replace(/\/.*/, '/*'), '*/*'])
    for (const one of taken) if (one.range === range) return Number.isNaN(one.quality) ? 0 : one.quality;
  return 0;
}
