import type { DamageKind } from '../../damage.ts';
import { plural } from '../../../core/plural.ts';
import { type Day, formatDay } from '../../../core/session/day.ts';
import type { Finding } from './finding.ts';
import type { FaultyRow, JudgedRows } from './row-faults.ts';

/** What is wrong with rows, one finding a kind. */
export function rowFindings(judged: JudgedRows, dayOf: (ts: number) => Day): Finding[] {
  const byKind = new Map<DamageKind, FaultyRow[]>();
  for (const row of judged.faulty) {
    const rows = byKind.get(row.kind);
    if (rows) rows.push(row);
    else byKind.set(row.kind, [row]);
  }
  const findings = [...byKind].map(([kind, rows]) => faultFinding(kind, rows, dayOf));
  if (judged.repeats > 0)
    findings.push(
      orderFinding('duplicates', `${rowsText(judged.repeats)} the same as another`, 'keeps one of each'),
    );
  if (judged.unsorted > 0)
    findings.push(
      orderFinding('unsorted', `${rowsText(judged.unsorted)} earlier than the one before`, 'sorts them'),
    );
  return findings;
}

function faultFinding(kind: DamageKind, rows: readonly FaultyRow[], dayOf: (ts: number) => Day): Finding {
  const [first] = rows;
  const reason = first?.reason ?? '';
  const when = first === undefined || kind === 'wrong-magnitude' ? '' : ` (${dateText(dayOf(first.bar.ts))})`;
  return {
    kind,
    what: `${rowsText(rows.length)}: ${reason}${when}`,
    mend: 'moves the rows to quarantine; the next run asks for their sessions again',
    mendable: true,
  };
}

function orderFinding(kind: DamageKind, what: string, mend: string): Finding {
  return { kind, what, mend, mendable: true };
}

function rowsText(count: number): string {
  return plural(count, 'row');
}

/** A date, or the number of what is none. */
function dateText(day: Day): string {
  return Math.abs(day) < 100_000 ? formatDay(day) : String(day);
}
