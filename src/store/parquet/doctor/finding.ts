import type { Damage } from '../../damage.ts';
import { BROKEN_SEAL } from '../codec/own-entry.ts';

/** A damage of one file, before it is known whether it was mended. */
export type Finding = Omit<Damage, 'path' | 'mended'>;

const MOVES_FILE = 'moves it to quarantine; the next run fetches what it held';

/** A finding that only moving the whole file mends. */
export function wholeFile(kind: Finding['kind'], what: string, mend = MOVES_FILE): Finding {
  return { kind, what: oneLine(what), mend, mendable: true };
}

/** Of a file that another tool wrote: whether all that it holds is proven to be as it was, or taken at that tool's word. */
export function rewrittenFinding(createdBy: string, isProven: boolean): Finding {
  const worth = isProven ? 'its rows and knowledge are as they were' : 'its rows are taken at their word';
  const what = `it was written by ${oneLine(createdBy)}; ${worth}`;
  return { kind: 'rewritten', what, mend: 'writes it anew', mendable: true };
}

/** Of a file whose rows are as they were. */
export function boundsFinding(what: string): Finding {
  return { kind: 'wrong-bounds', what, mend: 'writes it anew', mendable: true };
}

/** Of a file whose rows are as they were. */
export function bytesFinding(what: string): Finding {
  return {
    kind: 'changed-bytes',
    what: `${what}; its rows are as they were`,
    mend: 'writes it anew',
    mendable: true,
  };
}

/** Of a file whose seal is broken. */
export function editedFinding(mend: string): Finding {
  return { kind: 'knowledge-edited', what: BROKEN_SEAL, mend, mendable: true };
}

/** Text of another hand as part of a line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
