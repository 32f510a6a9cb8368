import { RUN_MARKS, type RunMark } from '../../report/dashboard/run-marks.ts';
import { countText, element, replaceAll, section } from '../dom.ts';
import { seriesPath } from './texts.ts';

/** Room that the map takes, about, in CSS pixels, and how large a cell of it is. */
const HEIGHT = 260;
const LEAST_CELL = 3;
const MOST_CELL = 22;

/** From this size on a cell has a sign besides its colour. */
const SIGNED_CELL = 10;
const SIGNS: Readonly<Partial<Record<RunMark, string>>> = { f: '×', u: '–' };

/** A map of the series of a run, each a cell that changes its colour when something becomes of it. */
export class RunMap {
  readonly part: HTMLElement;
  readonly #canvas = element('canvas', { tabindex: 0, role: 'application', id: 'run-map' });
  readonly #cell = element('div', { class: 'tooltip', id: 'run-cell', role: 'status', hidden: true });
  readonly #legend = element('ul', { class: 'legend' });
  readonly #more = element('p', { class: 'hint' });
  #series: readonly string[] = [];
  #marks: RunMark[] = [];
  #cursor: number | undefined;
  #frame = 0;

  constructor() {
    const hint =
      'A cell is a series. Arrow keys move the cursor, F goes to the next one that failed, Enter opens its page.';
    this.part = section(
      'map-of-run',
      'Series of the run',
      element('div', { class: 'map' }, this.#canvas, this.#cell),
      this.#legend,
      this.#more,
      element('p', { class: 'hint' }, hint),
    );
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    this.#listen();
  }

  /** All of it anew. */
  show(series: readonly string[], marks: string, more: number): void {
    this.#series = series;
    this.#marks = marks.split('') as RunMark[];
    this.#more.textContent = more === 0 ? '' : `${countText(more)} series more are not on the map.`;
    if (this.#cursor !== undefined && this.#cursor >= series.length) this.#cursor = undefined;
    this.#changed();
  }

  change(marks: readonly (readonly [place: number, mark: RunMark])[]): void {
    if (marks.length === 0) return;
    for (const [place, mark] of marks) this.#marks[place] = mark;
    this.#changed();
  }

  #changed(): void {
    const counts = new Map<RunMark, number>();
    for (const mark of this.#marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
    const told = (Object.entries(RUN_MARKS) as [RunMark, string][]).map(
      ([mark, name]) => [mark, name, counts.get(mark) ?? 0] as const,
    );
    replaceAll(
      this.#legend,
      told.map(([mark, name, count]) =>
        element(
          'li',
          {},
          element('span', { class: `swatch mark-${mark}`, 'aria-hidden': 'true' }, SIGNS[mark] ?? ''),
          `${name} `,
          element('b', { id: `count-${mark}` }, countText(count)),
        ),
      ),
    );
    const said = told.map(([, name, count]) => `${countText(count)} ${name}`).join(', ');
    this.#canvas.setAttribute('aria-label', `Map of ${countText(this.#series.length)} series: ${said}`);
    this.#draw();
    this.#tellCell();
  }

  #size(): { readonly cell: number; readonly columns: number } {
    const { clientWidth: width } = this.#canvas;
    const { length } = this.#marks;
    const fitting = Math.floor(Math.sqrt((width * HEIGHT) / Math.max(1, length)));
    const cell = Math.min(MOST_CELL, Math.max(LEAST_CELL, fitting));
    return { cell, columns: Math.max(1, Math.floor(width / cell)) };
  }

  #draw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const ratio = window.devicePixelRatio;
    const { cell, columns } = this.#size();
    const rows = Math.max(1, Math.ceil(this.#marks.length / columns));
    const canvas = this.#canvas;
    canvas.style.height = `${rows * cell}px`;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(rows * cell * ratio);
    const pen = canvas.getContext('2d');
    if (pen === null) return;
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const gap = cell >= 6 ? 1 : 0;
    for (const mark of Object.keys(RUN_MARKS) as RunMark[]) {
      pen.fillStyle = style.getPropertyValue(`--m-${mark}`);
      for (const [place, one] of this.#marks.entries())
        if (one === mark)
          pen.fillRect((place % columns) * cell, Math.floor(place / columns) * cell, cell - gap, cell - gap);
    }
    if (cell >= SIGNED_CELL) this.#drawSigns(pen, cell, columns, style);
    if (this.#cursor === undefined) return;
    pen.strokeStyle = style.getPropertyValue('--text');
    pen.lineWidth = 2;
    const [x, y] = [(this.#cursor % columns) * cell, Math.floor(this.#cursor / columns) * cell];
    pen.strokeRect(x + 1, y + 1, Math.max(5, cell - 2 - gap), Math.max(5, cell - 2 - gap));
  }

  #drawSigns(pen: CanvasRenderingContext2D, cell: number, columns: number, style: CSSStyleDeclaration): void {
    pen.fillStyle = style.getPropertyValue('--letter');
    pen.font = `bold ${cell - 4}px ${style.fontFamily}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    for (const [place, mark] of this.#marks.entries()) {
      const sign = SIGNS[mark];
      if (sign === undefined) continue;
      pen.fillText(sign, ((place % columns) + 0.5) * cell, (Math.floor(place / columns) + 0.5) * cell);
    }
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('pointermove', (event) => this.#pointAt(this.#placeOf(event)));
    canvas.addEventListener('pointerleave', () => this.#pointAt(undefined));
    canvas.addEventListener('blur', () => this.#pointAt(undefined));
    canvas.addEventListener('click', (event) => {
      this.#pointAt(this.#placeOf(event));
      this.#open();
    });
    canvas.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || this.#marks.length === 0) return;
      const to = this.#placeBy(event.key);
      if (event.key === 'Enter') this.#open();
      else if (event.key === 'Escape') this.#pointAt(undefined);
      else if (to === undefined) return;
      else this.#pointAt(to);
      event.preventDefault();
    });
  }

  /** Where a key leads; undefined: it is none of the map. */
  #placeBy(key: string): number | undefined {
    const { columns } = this.#size();
    const at = this.#cursor;
    const last = this.#marks.length - 1;
    if (key === 'Home') return 0;
    if (key === 'End') return last;
    if (key === 'f' || key === 'F') {
      const next = this.#marks.indexOf('f', (at ?? -1) + 1);
      return next === -1 ? this.#marks.indexOf('f') : next;
    }
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
    if (by === undefined) return undefined;
    return at === undefined ? 0 : Math.min(last, Math.max(0, at + by));
  }

  #placeOf(event: MouseEvent): number | undefined {
    const box = this.#canvas.getBoundingClientRect();
    const { cell, columns } = this.#size();
    const column = Math.floor((event.clientX - box.left) / cell);
    const place = Math.floor((event.clientY - box.top) / cell) * columns + column;
    return column >= 0 && column < columns && place < this.#marks.length ? place : undefined;
  }

  #pointAt(place: number | undefined): void {
    this.#cursor = place === -1 ? undefined : place;
    this.#tellCell();
    this.#draw();
  }

  #tellCell(): void {
    const place = this.#cursor;
    this.#cell.hidden = place === undefined;
    if (place === undefined) return;
    const { cell, columns } = this.#size();
    replaceAll(this.#cell, [
      element('div', {}, this.#series[place] ?? ''),
      element('div', {}, RUN_MARKS[this.#marks[place] ?? 'w']),
    ]);
    const x = (place % columns) * cell;
    const isRight = x > this.#canvas.clientWidth / 2;
    this.#cell.style.left = isRight ? 'auto' : `${x + cell + 6}px`;
    this.#cell.style.right = isRight ? `${this.#canvas.clientWidth - x + 6}px` : 'auto';
    this.#cell.style.top = `${Math.floor(place / columns) * cell}px`;
  }

  #open(): void {
    const [ticker, interval] = (this.#series[this.#cursor ?? -1] ?? '').split(' ');
    if (ticker !== undefined && interval !== undefined) window.location.assign(seriesPath(ticker, interval));
  }
}
