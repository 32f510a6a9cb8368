import { grouped } from '../core/grouped.ts';
import type { Damage, Examination } from '../store/damage.ts';
import { type Page, printable, tied, UNBOUNDED, wrapped } from './page.ts';
import { stagedLines } from './staged-text.ts';
import { fittedTable, formatCount, plural } from './table.ts';

/** Damages that are shown, unless the page wants all. */
const SHOWN = 20;

/**
 * An examination for a terminal: a line a damage with its kind and path, below it what exactly and what mending does,
 * and a summary last. `fix` says whether it was to mend.
 */
export function doctorText(examination: Examination, { fix }: { fix: boolean }, page = UNBOUNDED): string[] {
  const staged = stagedLines(examination.staged).flatMap((line) => wrapped(line, page.columns));
  return [...damagesText(examination, fix, page), ...staged];
}

function damagesText(examination: Examination, fix: boolean, page: Page): string[] {
  const { damages } = examination;
  if (damages.length === 0) return wrapped(soundLine(examination), page.columns);
  const shown = page.isWhole ? damages : damages.slice(0, SHOWN);
  const { head, rows } = fittedTable<Damage>(
    [
      { title: 'KIND', text: ({ kind }) => kind },
      { title: 'PATH', text: ({ path }) => printable(path), goesOn: true },
    ],
    shown,
    page.columns,
  );
  const left = damages.slice(shown.length);
  return [
    head,
    ...shown.flatMap((damage, i) => [
      ...(rows[i] ?? []),
      ...indented(damage.what, page),
      ...indented(mendLine(damage, fix), page),
    ]),
    ...(left.length > 0 ? wrapped(`… and ${leftText(left)}: --all lists them`, page.columns) : []),
    '',
    ...summaryLines(examination, fix).flatMap((line) => wrapped(line, page.columns)),
  ];
}

/** `280 more (cut 200, rotten 80)` */
function leftText(damages: readonly Damage[]): string {
  const kinds = [...grouped(damages, ({ kind }) => kind)].map(
    ([kind, { length }]) => `${kind} ${formatCount(length)}`,
  );
  return `${formatCount(damages.length)} more (${kinds.join(', ')})`;
}

function indented(text: string, { columns }: Page): string[] {
  return wrapped(printable(text), columns, { indent: 2 });
}

function mendLine({ mend, mended }: Damage, fix: boolean): string {
  if (!fix) return `--fix: ${mend}`;
  return mended ? `mended: ${mend}` : `left: ${mend}`;
}

function soundLine({ partitions, rows }: Examination): string {
  return `Examined ${plural(partitions, 'partition')} (${plural(rows, 'row')}): no damage.`;
}

function summaryLines(examination: Examination, fix: boolean): string[] {
  const damages = examination.damages.filter(({ harmless, kind }) => harmless !== true && kind !== 'lost');
  const lost = examination.damages.filter(({ kind }) => kind === 'lost');
  const leftovers = examination.damages.filter(({ harmless }) => harmless === true);
  return [
    ...(damages.length === 0 ? [soundLine(examination)] : damageLines(damages, fix, examination)),
    ...(lost.length === 0 ? [] : [lostSummary(lost, fix && damages.some(({ mended }) => mended))]),
    ...(leftovers.length === 0 ? [] : [leftoversLine(leftovers, fix)]),
  ];
}

/** Of files that are no more, and of which not all is stored again; `isBeside`: others have just been taken away. */
function lostSummary({ length }: readonly Damage[], isBeside: boolean): string {
  const [before, either] = isBeside ? [' before', ' either'] : ['', ''];
  const [was, is, it] = length === 1 ? ['was', 'is', 'it'] : ['were', 'are', 'them'];
  return `What ${plural(length, 'file')} that ${was} damaged${before}, or ${is} gone, held is not there${either}: run the same backfill again, or give ${it} up by ${tied('backfill forget')}.`;
}

/** Of what is no damage. */
function leftoversLine(leftovers: readonly Damage[], fix: boolean): string {
  const found = plural(leftovers.length, 'harmless leftover');
  if (!fix)
    return `${found}; ${tied('backfill doctor --fix')} removes ${leftovers.length === 1 ? 'it' : 'them'}.`;
  const removed = leftovers.filter(({ mended }) => mended).length;
  return `${found}: ${removed} removed, ${leftovers.length - removed} left.`;
}

function damageLines(damages: readonly Damage[], fix: boolean, { keptIn }: Examination): string[] {
  const places = new Set(damages.map(({ path }) => path)).size;
  const what = keptIn === 'tables' ? 'part' : 'file';
  const found = `${plural(damages.length, 'damage')} in ${plural(places, what)}`;
  const mendable = damages.filter((damage) => damage.mendable).length;
  if (!fix) {
    const next =
      mendable === 0 ? 'none can be mended' : `run ${tied('backfill doctor --fix')} to mend ${mendable}`;
    return [`${found}; ${next}.`];
  }
  const mended = damages.filter((damage) => damage.mended).length;
  return [
    `${found}: ${mended} mended, ${damages.length - mended} left.`,
    ...(mended === 0 ? [] : ['Run the same backfill again: it fetches what is missing now.']),
  ];
}
