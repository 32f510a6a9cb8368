import { BackfillError } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';
import type { Member } from '../../core/universe/member.ts';
import { readMembers, tickerEntry } from '../../core/universe/read-members.ts';
import { quotedLines } from '../../market/csv/records.ts';

/** Five hundred companies, some of which have two or three classes of shares; on the day of a change one may be missing. */
const FEWEST = 495;
const MOST = 520;

/**
 * The members in the constituents list of datasets/s-and-p-500-companies: `Symbol,Security,…`. Its `Date added` is left alone:
 * a company has a history before it joins. Throws `bad-answer` for what is not the whole list.
 */
export function membersOfSp500(text: string): Member[] {
  const called = 'the list of the S&P 500';
  try {
    const [head, ...rows] = quotedLines(called, text, ',', { skipped: 0 });
    const columns = head?.fields ?? [];
    const [symbol, security] = [columns.indexOf('Symbol'), columns.indexOf('Security')];
    if (symbol < 0) throw new Error(`it has no column Symbol (${columns.join(', ').slice(0, 80)})`);
    if (rows.length < FEWEST || rows.length > MOST)
      throw new Error(`it has ${plural(rows.length, 'row')}, and the index ${FEWEST} to ${MOST}`);
    const entries = rows.map(({ fields, number }) => {
      const entry = tickerEntry(`line ${number}`, fields[symbol]);
      return { ...entry, fields: { ...entry.fields, name: fields[security], type: 'equity' } };
    });
    return readMembers(entries, called, 'sp500');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BackfillError('bad-answer', `what came as ${called} is not it: ${why}`, { cause });
  }
}
