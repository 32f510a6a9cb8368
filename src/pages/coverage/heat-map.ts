import { drawLetters, drawTickers, drawTime, type Lettering, monthStarts } from './axes.ts';
import { element } from '../dom.ts';
import { type Grid, paint, paletteOf } from './paint.ts';
import type { Selection } from './selection.ts';
import type { Cells } from './series.ts';
import { moved, type Room, showing, type Viewport, whole, within, zoomed } from './viewport.ts';

/** A cell by its place on the map: column of a session, row of a series as they are shown now. */
export interface Place {
  readonly column: number;
  readonly row: number;
}

/** Cells in one pixel, `[left, right)` by `[top, bottom)`. */
export interface Part {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Room for the years above and the tickers beside the map, in CSS pixels. */
const AXIS = 20;
const GUTTER = 84;
const NARROW_GUTTER = 62;
const HIGHEST = 520;
const LEAST_HEIGHT = 22;

/** The map of sessions and series: draws what its viewport shows, and moves that. */
export class HeatMap {
  readonly canvas = element('canvas', { tabindex: 0, role: 'application', id: 'map' });
  readonly #cells: Cells;
  readonly #selection: Selection;
  readonly #starts;
  #view: Viewport | undefined;
  #grid: Grid;
  #cursor: Place | undefined;
  #frame = 0;
  readonly #listeners: (() => void)[] = [];

  constructor(cells: Cells, selection: Selection) {
    this.#cells = cells;
    this.#selection = selection;
    this.#starts = monthStarts(cells.days);
    this.#grid = this.#shownGrid();
    selection.onChange(() => {
      this.#grid = this.#shownGrid();
      this.#view = undefined;
      this.pointAt(undefined);
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  get grid(): Grid {
    return this.#grid;
  }

  get cursor(): Place | undefined {
    return this.#cursor;
  }

  /** Called after the cursor moved. */
  onCursor(listener: () => void): void {
    this.#listeners.push(listener);
  }

  zoom(across: number, down: number, at?: { readonly x: number; readonly y: number }): void {
    const room = this.#room();
    this.#show(
      zoomed(this.#viewport(), room, { across, down }, at ?? { x: room.width / 2, y: room.height / 2 }),
    );
  }

  move(across: number, down: number): void {
    this.#show(moved(this.#viewport(), this.#room(), across, down));
  }

  showAll(): void {
    this.#show(whole(this.#room()));
  }

  /** Marks a cell, and brings it into view. */
  pointAt(place: Place | undefined, isBrought = false): void {
    this.#cursor = place;
    if (place !== undefined && isBrought)
      this.#view = showing(this.#viewport(), this.#room(), place.column, place.row);
    this.draw();
    for (const listener of this.#listeners) listener();
  }

  /** Where a pointer is on the map, in CSS pixels from its corner; undefined beside it. */
  locate(event: {
    readonly clientX: number;
    readonly clientY: number;
  }): { readonly x: number; readonly y: number } | undefined {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - this.#gutter(), event.clientY - box.top - AXIS];
    const { width, height } = this.#room();
    return x < 0 || y < 0 || x >= width || y >= height ? undefined : { x, y };
  }

  /** The cell at a place of the map; undefined where there is none. */
  cellAt({ x, y }: { readonly x: number; readonly y: number }): Place | undefined {
    const view = this.#viewport();
    const column = Math.floor(view.left + x / view.perColumn);
    const row = Math.floor(view.top + y / view.perRow);
    const isCell = column < this.#grid.columns && row < this.#grid.order.length;
    return isCell ? { column, row } : undefined;
  }

  /** The cell in the middle of what is seen. */
  get middle(): Place {
    const { width, height, rows, columns } = this.#room();
    const { column, row } = this.cellAt({ x: width / 2, y: height / 2 }) ?? { column: 0, row: 0 };
    return { column: Math.min(column, columns - 1), row: Math.min(row, rows - 1) };
  }

  /** Where the middle of a cell is on the map, in CSS pixels from its corner. */
  middleOf(place: Place): { readonly x: number; readonly y: number } {
    const { x, y, width, height } = this.boxOf(place);
    return { x: x + width / 2 - this.#gutter(), y: y + height / 2 - AXIS };
  }

  /** The cells that stand in one pixel with a cell. */
  partAt({ column, row }: Place): Part {
    const { left, top, perColumn, perRow } = this.#viewport();
    const across = partOf(column, left, perColumn, this.#grid.columns);
    const down = partOf(row, top, perRow, this.#grid.order.length);
    return { left: across.from, right: across.to, top: down.from, bottom: down.to };
  }

  /** How many cells stand in one pixel: so many the cursor passes at once. */
  get steps(): { readonly across: number; readonly down: number } {
    const { perColumn, perRow } = this.#viewport();
    return { across: Math.max(1, Math.round(1 / perColumn)), down: Math.max(1, Math.round(1 / perRow)) };
  }

  /** Where a cell is drawn, in CSS pixels of the canvas. */
  boxOf({ column, row }: Place): { x: number; y: number; width: number; height: number } {
    const view = this.#viewport();
    return {
      x: this.#gutter() + (column - view.left) * view.perColumn,
      y: AXIS + (row - view.top) * view.perRow,
      ...{ width: view.perColumn, height: view.perRow },
    };
  }

  /** Draws it before the next frame, once however often that is asked for. */
  draw(): void {
    if (this.#frame === 0)
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#drawNow();
      });
  }

  #drawNow(): void {
    const { canvas } = this;
    const ratio = window.devicePixelRatio;
    const room = this.#room();
    const [left, top] = [this.#gutter(), AXIS];
    canvas.style.height = `${room.height + top}px`;
    canvas.width = Math.round((room.width + left) * ratio);
    canvas.height = Math.round((room.height + top) * ratio);
    const pen = canvas.getContext('2d');
    if (pen === null || room.width < 1) return;
    const view = this.#viewport();
    const style = getComputedStyle(canvas);
    const image = pen.createImageData(Math.round(room.width * ratio), Math.round(room.height * ratio));
    const scaled = { ...view, perColumn: view.perColumn * ratio, perRow: view.perRow * ratio };
    paint(image, this.#grid, scaled, paletteOf(style));
    pen.putImageData(image, Math.round(left * ratio), Math.round(top * ratio));
    pen.scale(ratio, ratio);
    const lettering: Lettering = {
      ...{ left, top, width: room.width, height: room.height, font: `11px ${style.fontFamily}` },
      ...{ colour: style.color, letters: style.getPropertyValue('--letter') },
    };
    drawTime(pen, lettering, this.#starts, view);
    drawTickers(pen, lettering, (row) => this.#selection.shown[row]?.ticker, view);
    drawLetters(pen, lettering, this.#grid, view);
    this.#drawCursor(pen, style.color);
  }

  #drawCursor(pen: CanvasRenderingContext2D, colour: string): void {
    if (this.#cursor === undefined) return;
    const { x, y, width, height } = this.boxOf(this.#cursor);
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    const [wide, high] = [Math.max(7, width), Math.max(7, height)];
    pen.strokeRect(x + width / 2 - wide / 2, y + height / 2 - high / 2, wide, high);
  }

  #show(view: Viewport): void {
    this.#view = view;
    this.pointAt(this.#cursor);
  }

  #viewport(): Viewport {
    return this.#view === undefined ? whole(this.#room()) : within(this.#view, this.#room());
  }

  #gutter(): number {
    return this.canvas.clientWidth < 600 ? NARROW_GUTTER : GUTTER;
  }

  #room(): Room {
    const { length: rows } = this.#grid.order;
    const height = Math.max(LEAST_HEIGHT, Math.min(HIGHEST, rows * 22));
    const width = Math.max(0, this.canvas.clientWidth - this.#gutter());
    return { columns: this.#grid.columns, rows, width, height };
  }

  #shownGrid(): Grid {
    const order = Int32Array.from(this.#selection.shown, ({ place }) => place);
    return { kinds: this.#cells.kinds, columns: this.#cells.days.length, order };
  }
}

/** The cells of a row or a column that stand in one pixel with one of them, `[from, to)`. */
function partOf(cell: number, first: number, perCell: number, cells: number): { from: number; to: number } {
  if (perCell >= 1) return { from: cell, to: cell + 1 };
  const pixel = Math.floor((cell + 0.5 - first) * perCell);
  const from = Math.max(0, Math.floor(first + pixel / perCell));
  return { from, to: Math.min(cells, Math.max(from + 1, Math.floor(first + (pixel + 1) / perCell))) };
}
