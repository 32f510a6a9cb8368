import { dayText } from '../dom.ts';
import { KINDS } from './kinds.ts';
import type { Grid } from './paint.ts';
import type { Viewport } from './viewport.ts';

/** A month's first column. */
export interface MonthStart {
  readonly column: number;
  readonly year: string;
  readonly month: string;
  /** `04` */
  readonly number: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Where months begin, the first column included. */
export function monthStarts(days: readonly number[]): MonthStart[] {
  let before = '';
  return days.flatMap((day, column) => {
    const [year = '', number = ''] = dayText(day).split('-');
    const month = `${year}-${number}`;
    if (month === before) return [];
    before = month;
    return [{ column, year, number, month: MONTHS[Number(number) - 1] ?? '' }];
  });
}

/** Room of a label of the time axis, in CSS pixels. */
const LABEL_ROOM = 34;

/** Months from label to label, so that a January always has one. */
const MONTH_STEPS = [1, 2, 3, 6, 12] as const;

/** Lines of a label of tickers. */
const ROW_ROOM = 13;

/** Cells of so many CSS pixels have room for a letter. */
const LETTER_ROOM = 12;

/** What is written around the map and in it. Sizes are in CSS pixels; the map begins at `left`, `top`. */
export interface Lettering {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly font: string;
  readonly colour: string;
  readonly letters: string;
}

/** Years and months above the map, as far as they have room. */
export function drawTime(
  pen: CanvasRenderingContext2D,
  { left, top, width, font, colour }: Lettering,
  starts: readonly MonthStart[],
  view: Viewport,
): void {
  pen.font = font;
  pen.fillStyle = colour;
  pen.textBaseline = 'bottom';
  pen.textAlign = 'left';
  const perMonth =
    starts.length < 2 ? width : (view.perColumn * (starts.at(-1)?.column ?? 1)) / starts.length;
  const step = MONTH_STEPS.find((months) => months * perMonth >= LABEL_ROOM) ?? 12;
  const first = starts.findIndex(({ column }) => column >= view.left);
  let free = 0;
  for (const { column, year, month, number } of starts.slice(Math.max(0, first))) {
    const x = (column - view.left) * view.perColumn;
    const isTick = (Number(number) - 1) % step === 0;
    if (!isTick || x < free || x > width - LABEL_ROOM + 4) continue;
    pen.fillText(
      month === 'Jan' || free === 0 ? `${month === 'Jan' ? '' : `${month} `}${year}` : month,
      left + x,
      top - 4,
    );
    pen.fillRect(Math.round(left + x), top - 4, 1, 4);
    free = x + (free === 0 && month !== 'Jan' ? 2 : 1) * (LABEL_ROOM - 4);
  }
}

/** Tickers beside the map, as many as have room. */
export function drawTickers(
  pen: CanvasRenderingContext2D,
  { left, top, height, font, colour }: Lettering,
  tickerOf: (row: number) => string | undefined,
  view: Viewport,
): void {
  pen.font = font;
  pen.fillStyle = colour;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  const step = Math.max(1, Math.ceil(ROW_ROOM / view.perRow));
  for (let row = Math.ceil(view.top / step) * step; ; row += step) {
    const y = (row - view.top + 0.5) * view.perRow;
    const ticker = tickerOf(row);
    if (y > height - 4 || ticker === undefined) return;
    if (y > 4) pen.fillText(shortened(ticker, pen, left - 8), left - 6, top + y);
  }
}

function shortened(text: string, pen: CanvasRenderingContext2D, room: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  if (pen.measureText(line).width <= room) return line;
  let kept = line.slice(0, 24);
  while (kept.length > 1 && pen.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return `${kept}…`;
}

/** The letters of kinds, where cells have room for them. */
export function drawLetters(
  pen: CanvasRenderingContext2D,
  { left, top, width, height, letters }: Lettering,
  { kinds, columns, order }: Grid,
  view: Viewport,
): void {
  if (Math.min(view.perColumn, view.perRow) < LETTER_ROOM) return;
  pen.font = '10px ui-monospace, monospace';
  pen.fillStyle = letters;
  pen.textBaseline = 'middle';
  pen.textAlign = 'center';
  const lastRow = Math.min(order.length, Math.ceil(view.top + height / view.perRow));
  const lastColumn = Math.min(columns, Math.ceil(view.left + width / view.perColumn));
  for (let row = Math.floor(view.top); row < lastRow; row++)
    for (let column = Math.floor(view.left); column < lastColumn; column++) {
      const { letter = '' } = KINDS[kinds[(order[row] as number) * columns + column] as number] ?? {};
      if (letter === '') continue;
      const x = (column - view.left + 0.5) * view.perColumn;
      const y = (row - view.top + 0.5) * view.perRow;
      pen.fillText(letter, left + x, top + y);
    }
}
