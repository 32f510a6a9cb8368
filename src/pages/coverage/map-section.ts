import { button, countText, dayText, element, replaceAll, section, weekdayText } from '../dom.ts';
import { HeatMap, type Place } from './heat-map.ts';
import { KINDS, kindText, NO_SESSION, PRESENT } from './kinds.ts';
import { listenTo, zoomAtCursor } from './map-input.ts';
import { counter, worstOf } from './paint.ts';
import type { Selection } from './selection.ts';
import type { Cells } from './series.ts';

const HOW =
  'Drag, or shift and arrows: move. Ctrl and wheel (once it is chosen, the wheel alone), or + and −: zoom; with shift in time ' +
  'alone. Two fingers: both. 0: all. Arrows, Page Up and Down, Home and End: from cell to cell.';

/** The map with its buttons, its legend, and what is said of the cell that is pointed at. */
export function mapSection(cells: Cells, selection: Selection): { part: HTMLElement; map: HeatMap } {
  const map = new HeatMap(cells, selection);
  const { canvas } = map;
  canvas.setAttribute('aria-describedby', 'map-how');
  const tooltip = element('div', {
    id: 'cell',
    class: 'tooltip',
    role: 'status',
    'aria-live': 'polite',
    hidden: true,
  });
  const frame = element('div', { class: 'map' }, canvas, tooltip);
  map.onCursor(() => tell(map, tooltip, cells, selection));
  listenTo(map);
  const name = (): void => {
    const [first, last] = [cells.days[0], cells.days.at(-1)];
    const range =
      first === undefined || last === undefined ? 'none' : `${dayText(first)} to ${dayText(last)}`;
    const what = `Map of ${countText(selection.shown.length)} series and the sessions ${range}`;
    canvas.setAttribute('aria-label', `${what}. Arrow keys go from cell to cell.`);
  };
  name();
  selection.onChange(name);
  const buttons = element(
    'div',
    { class: 'buttons' },
    button('+', () => zoomAtCursor(map, 1.5), { 'aria-label': 'Zoom in', title: 'Zoom in' }),
    button('−', () => zoomAtCursor(map, 1 / 1.5), { 'aria-label': 'Zoom out', title: 'Zoom out' }),
    button('All', () => map.showAll(), { 'aria-label': 'Show all of the map' }),
  );
  const how = element('p', { id: 'map-how', class: 'hint' }, HOW);
  const part = section('sessions', 'Sessions by ticker', buttons, frame, legend(cells), how);
  return { part, map };
}

/** The kinds that there are, each with its colour, its letter and its name. */
function legend({ kinds }: Cells): HTMLElement {
  const found = kindsIn(kinds);
  const list = element('ul', { class: 'legend', 'aria-label': 'Legend' });
  for (const [kind, { name, letter, says }] of KINDS.entries()) {
    if (!found[kind]) continue;
    const swatch = element(
      'span',
      { class: `swatch kind-${name.replaceAll(' ', '-')}`, 'aria-hidden': 'true' },
      letter,
    );
    list.append(element('li', { title: says }, swatch, `${kindText(kind)} `, element('small', {}, says)));
  }
  return list;
}

/** By kind, whether there is a cell of it. */
function kindsIn(kinds: Uint8Array): readonly boolean[] {
  return KINDS.map((_, kind) => kinds.includes(kind));
}

/** Says what is known of the cell at the cursor, beside it. */
function tell(map: HeatMap, tooltip: HTMLElement, cells: Cells, selection: Selection): void {
  const { cursor } = map;
  tooltip.hidden = cursor === undefined;
  if (cursor === undefined) return;
  replaceAll(
    tooltip,
    linesOf(map, cursor, cells, selection).map((line) => element('div', {}, line)),
  );
  const box = map.boxOf(cursor);
  const room = map.canvas.clientWidth - tooltip.offsetWidth - 4;
  tooltip.style.left = `${Math.max(4, Math.min(room, box.x + box.width + 10))}px`;
  const above = box.y - tooltip.offsetHeight - 10;
  const isLow = box.y + box.height + tooltip.offsetHeight + 14 > map.canvas.clientHeight;
  // A map of few series has room neither above nor below: then what is below it is covered.
  tooltip.style.top = `${isLow && above >= 0 ? above : box.y + box.height + 10}px`;
}

/** Of several cells in one pixel the worst is told, with how many there are of each kind. */
function linesOf(map: HeatMap, cursor: Place, cells: Cells, selection: Selection): string[] {
  const { left, right, top, bottom } = map.partAt(cursor);
  const counts = counter(map.grid)(top, bottom, left, right);
  const { column, row } = isOne(map.partAt(cursor)) ? cursor : worstIn(map, worstOf(counts), cursor);
  const series = selection.shown[row];
  const day = cells.days[column];
  if (series === undefined || day === undefined) return [];
  const entry = cells.entryAt(series.place, column);
  const kind = cells.kinds[series.place * cells.days.length + column] ?? NO_SESSION;
  const says = kind === PRESENT ? '' : (KINDS[kind]?.says ?? '');
  const lines = [
    `${series.ticker} ${series.interval}`,
    `${dayText(day)} ${weekdayText(day)}`,
    `${kindText(kind)}${says === '' ? '' : ` – ${says}`}`,
    ...(entry?.provider === undefined ? [] : [`said by ${entry.provider}`]),
  ];
  const cellsHere = (right - left) * (bottom - top);
  if (cellsHere === 1) return lines;
  const found = [...counts].flatMap((count, one) =>
    count === 0 || one === NO_SESSION ? [] : [`${kindText(one)} ${countText(count)}`],
  );
  return [...lines, `the worst of ${countText(cellsHere)} cells here: ${found.toReversed().join(', ')}`];
}

function isOne({ left, right, top, bottom }: ReturnType<HeatMap['partAt']>): boolean {
  return right - left === 1 && bottom - top === 1;
}

/** The first cell of a kind among those that are drawn as one with a cell. */
function worstIn(map: HeatMap, kind: number, at: Place): Place {
  const { left, right, top, bottom } = map.partAt(at);
  const { kinds, columns, order } = map.grid;
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++)
      if (kinds[(order[row] as number) * columns + column] === kind) return { column, row };
  return at;
}
