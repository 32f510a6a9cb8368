import { formatDay } from '../../../core/session/day.ts';
import type { Partition } from '../files/layout.ts';
import type { BarsExam } from './examine-bars.ts';
import type { Finding } from './finding.ts';
import { type SamePart, SameParts } from './same-parts.ts';

/** Finds partitions that have the bars of another one, or a part of them. */
export class SameSeries {
  /** Path of the first partition with some bars, by interval, period and fingerprint. */
  readonly #seen = new Map<string, string>();
  readonly #parts = new SameParts();

  /** What of a partition others have that were noted before. */
  note(
    path: string,
    { series, period }: Partition,
    exam: Pick<BarsExam, 'fingerprint' | 'stretches'>,
  ): Finding[] {
    const { fingerprint, stretches } = exam;
    if (fingerprint === undefined) return [];
    const key = `${series.interval} ${period} ${fingerprint}`;
    const whole = this.#seen.get(key);
    if (whole === undefined) this.#seen.set(key, path);
    const parts = this.#parts.note(path, series.interval, whole === undefined ? stretches : []);
    return [
      ...(whole === undefined ? [] : [{ ...SAME, what: `the same bars as ${whole}` }]),
      ...parts.map((part) => ({ ...SAME, what: samePartText(part) })),
    ];
  }
}

function samePartText({ path, first, last, rows }: SamePart): string {
  return `the same bars as ${path} from ${formatDay(first)} to ${formatDay(last)}, ${rows} at least`;
}

const SAME = {
  kind: 'same-series',
  mend: 'nothing: which is right cannot be told; backfill forget the wrong one',
  mendable: false,
} as const;
