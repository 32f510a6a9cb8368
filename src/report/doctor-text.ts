import type { Damage, Examination } from '../store/damage.ts';
import { formatCount, plural, table } from './table.ts';
import { printable, wrapped } from './wrapped.ts';

const INDENT = 2;

/**
 * An examination for a terminal: a line a damage with its kind and path, below it what exactly and what mending does,
 * and a summary last. `fix` says whether it was to mend.
 */
export function doctorText({ partitions, rows, damages }: Examination, options: { fix: boolean }): string[] {
  if (damages.length === 0)
    return [`Examined ${plural(partitions, 'partition')} (${formatCount(rows)} rows): no damage.`];
  const [head = '', ...lines] = table<Damage>(
    [
      { title: 'KIND', text: ({ kind }) => kind },
      { title: 'PATH', text: ({ path }) => printable(path) },
    ],
    damages,
  );
  const body = damages.flatMap((damage, i) => [
    lines[i] ?? '',
    ...wrapped(damage.what, INDENT),
    ...wrapped(mendLine(damage, options.fix), INDENT),
  ]);
  return [head, ...body, '', ...summaryLines(damages, options.fix)];
}

function mendLine({ mend, mended }: Damage, fix: boolean): string {
  if (!fix) return `--fix: ${mend}`;
  return mended ? `mended: ${mend}` : `left: ${mend}`;
}

function summaryLines(damages: readonly Damage[], fix: boolean): string[] {
  const files = new Set(damages.map(({ path }) => path)).size;
  const found = `${plural(damages.length, 'damage')} in ${plural(files, 'file')}`;
  const mendable = damages.filter((damage) => damage.mendable).length;
  if (!fix) {
    const next = mendable === 0 ? 'none can be mended' : `run backfill doctor --fix to mend ${mendable}`;
    return [`${found}; ${next}.`];
  }
  const mended = damages.filter((damage) => damage.mended).length;
  return [
    `${found}: ${mended} mended, ${damages.length - mended} left.`,
    ...(mended === 0 ? [] : ['Run the same backfill again: it fetches what is missing now.']),
  ];
}
