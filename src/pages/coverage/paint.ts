import { KINDS, NO_SESSION } from './kinds.ts';
import type { Viewport } from './viewport.ts';

/** What is painted: a row of kinds for each series, in the order in which they are shown. */
export interface Grid {
  readonly kinds: Uint8Array;
  readonly columns: number;
  /** Places of the series. */
  readonly order: Int32Array;
}

/** Red, green and blue of each kind, from 0 to 255. */
export type Palette = readonly (readonly [red: number, green: number, blue: number])[];

/** The colours that a style has for kinds, `#rrggbb` each. */
export function paletteOf(style: CSSStyleDeclaration): Palette {
  return KINDS.map(({ name }) => {
    const colour = style.getPropertyValue(`--k-${name.replaceAll(' ', '-')}`).trim();
    const rgb = Number.parseInt(colour.slice(1), 16);
    return [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
  });
}

/** Of a pixel that stands for many cells, the worst of them has at least this part of its colour. */
const LEAST_OF_WORST = 1 / 3;

/** Cells of so many pixels and more are told apart by a line. */
const LINED = 6;

/**
 * Paints a part of a grid; `view` is in the pixels of the image. Where a pixel stands for several cells its colour is their mean;
 * one that stands out among them shows, however few it is.
 */
export function paint(image: ImageData, grid: Grid, view: Viewport, palette: Palette): void {
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer);
  const packed = palette.map(([red, green, blue]) => pack(red, green, blue));
  const background = packed[NO_SESSION] ?? 0;
  const across = cutsOf(width, view.left, view.perColumn, grid.columns);
  const down = cutsOf(height, view.top, view.perRow, grid.order.length);
  const mixed = mixer(grid, palette);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [down.from[y] as number, down.to[y] as number];
    const start = y * width;
    if (top >= bottom || down.isLine[y] === 1) pixels.fill(background, start, start + width);
    else if (y > 0 && bottom === top + 1 && isSameRow(down, y))
      pixels.copyWithin(start, start - width, start);
    else
      for (let x = 0; x < width; x++) {
        const [left, right] = [across.from[x] as number, across.to[x] as number];
        const isBlank = left >= right || across.isLine[x] === 1;
        if (isBlank) pixels[start + x] = background;
        else if (bottom === top + 1 && right === left + 1)
          pixels[start + x] = packed[kindAt(grid, top, left)] as number;
        else pixels[start + x] = mixed(top, bottom, left, right);
      }
  }
}

/** Which cells each pixel stands for, `[from, to)`, and whether it is the line after one. */
interface Cuts {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly isLine: Uint8Array;
}

function cutsOf(pixels: number, first: number, perCell: number, cells: number): Cuts {
  const [from, to, isLine] = [new Int32Array(pixels), new Int32Array(pixels), new Uint8Array(pixels)];
  for (let i = 0; i < pixels; i++) {
    const begin = Math.floor(first + i / perCell);
    const end = Math.floor(first + (i + 1) / perCell);
    from[i] = Math.min(cells, begin);
    to[i] = Math.min(cells, Math.max(begin + 1, end));
    if (perCell >= LINED && end > begin) isLine[i] = 1;
  }
  return { from, to, isLine };
}

function isSameRow({ from, to, isLine }: Cuts, y: number): boolean {
  return from[y] === from[y - 1] && to[y] === to[y - 1] && isLine[y - 1] === 0;
}

function kindAt({ kinds, columns, order }: Grid, row: number, column: number): number {
  return kinds[(order[row] as number) * columns + column] as number;
}

/** How many cells of each kind a part of a grid has, in a list that is used again. */
export function counter(
  grid: Grid,
): (top: number, bottom: number, left: number, right: number) => Uint32Array {
  const counts = new Uint32Array(KINDS.length);
  const { kinds, columns, order } = grid;
  return (top, bottom, left, right) => {
    counts.fill(0);
    for (let row = top; row < bottom; row++) {
      const start = (order[row] as number) * columns;
      for (let at = start + left; at < start + right; at++) counts[kinds[at] as number]!++;
    }
    return counts;
  };
}

/** The worst kind among counted cells: they are in order. */
export function worstOf(counts: Uint32Array): number {
  let worst = counts.length - 1;
  while (worst > NO_SESSION && counts[worst] === 0) worst--;
  return worst;
}

function mixer(grid: Grid, palette: Palette): (...part: [number, number, number, number]) => number {
  const count = counter(grid);
  return (top, bottom, left, right) => {
    const only = onlyKindIn(grid, top, bottom, left, right);
    if (only !== undefined) return packedOf(palette, only);
    const counts = count(top, bottom, left, right);
    const worst = worstOf(counts);
    let all = 0;
    for (let kind = 1; kind < counts.length; kind++) all += counts[kind] as number;
    const share = (counts[worst] as number) / all;
    const least = KINDS[worst]?.standsOut === true ? Math.max(share, LEAST_OF_WORST) : share;
    // What is left is shared by the others as they are many.
    const others = share === 1 ? 0 : (1 - least) / (1 - share);
    let [red, green, blue] = [0, 0, 0];
    for (let kind = 1; kind <= worst; kind++) {
      const weight = kind === worst ? least : ((counts[kind] as number) / all) * others;
      if (weight === 0) continue;
      const colour = palette[kind] ?? [0, 0, 0];
      red += colour[0] * weight;
      green += colour[1] * weight;
      blue += colour[2] * weight;
    }
    return pack(Math.round(red), Math.round(green), Math.round(blue));
  };
}

/** The kind that all cells of a part have, as most do; undefined where they differ. */
function onlyKindIn(
  { kinds, columns, order }: Grid,
  top: number,
  bottom: number,
  left: number,
  right: number,
): number | undefined {
  const only = kinds[(order[top] as number) * columns + left] as number;
  for (let row = top; row < bottom; row++) {
    const start = (order[row] as number) * columns;
    for (let at = start + left; at < start + right; at++) if (kinds[at] !== only) return undefined;
  }
  return only;
}

function packedOf(palette: Palette, kind: number): number {
  const [red, green, blue] = palette[kind] ?? [0, 0, 0];
  return pack(red, green, blue);
}

/** Red, green, blue and full opacity in the order of bytes that an image has them on every machine of today. */
function pack(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
