import type { Damage } from '../../damage.ts';

/** A damage of one file, before it is known whether it was mended. */
export type Finding = Omit<Damage, 'path' | 'mended'>;

const MOVES_FILE = 'moves it to quarantine; the next run fetches what it held';

/** A finding that only moving the whole file mends. */
export function wholeFile(kind: Finding['kind'], what: string, mend = MOVES_FILE): Finding {
  return { kind, what: oneLine(what), mend, mendable: true };
}

/** Text of another hand as part of a line. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
