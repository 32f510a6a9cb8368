import type { HeatMap, Place } from './heat-map.ts';

/** One turn of a wheel, and one press of a key or a button. */
const WHEEL_STEP = 1.0015;
const KEY_STEP = 1.5;
const PAN_STEP = 60;

/** Lets a map be moved by a pointer, fingers, a wheel and keys. */
export function listenTo(map: HeatMap): void {
  listenToPointers(map);
  map.canvas.addEventListener(
    'wheel',
    (event) => {
      // A page that is scrolled shall not be caught by a map on its way.
      if (!event.ctrlKey && document.activeElement !== map.canvas) return;
      event.preventDefault();
      const factor = WHEEL_STEP ** -event.deltaY;
      map.zoom(factor, event.shiftKey ? 1 : factor, map.locate(event));
    },
    { passive: false },
  );
  map.canvas.addEventListener('dblclick', (event) =>
    map.zoom(KEY_STEP ** 2, KEY_STEP ** 2, map.locate(event)),
  );
  map.canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act(map, event.shiftKey);
  });
}

/** What keys do; with shift the arrows move the map and not the cursor. */
const KEYS: Readonly<Record<string, (map: HeatMap, isShifted: boolean) => void>> = {
  ArrowLeft: (map, isShifted) => step(map, -1, 0, isShifted),
  ArrowRight: (map, isShifted) => step(map, 1, 0, isShifted),
  ArrowUp: (map, isShifted) => step(map, 0, -1, isShifted),
  ArrowDown: (map, isShifted) => step(map, 0, 1, isShifted),
  PageUp: (map) => step(map, 0, -10, false),
  PageDown: (map) => step(map, 0, 10, false),
  Home: (map) => goTo(map, (at) => ({ ...at, column: 0 })),
  End: (map) => goTo(map, (at) => ({ ...at, column: map.grid.columns - 1 })),
  '+': (map) => zoomAtCursor(map, KEY_STEP),
  '=': (map) => zoomAtCursor(map, KEY_STEP),
  '-': (map) => zoomAtCursor(map, 1 / KEY_STEP),
  '0': (map) => map.showAll(),
  Escape: (map) => map.pointAt(undefined),
};

/** Zooms in or out, by keys or buttons, at the cursor if there is one. */
export function zoomAtCursor(map: HeatMap, factor: number): void {
  map.zoom(factor, factor, map.cursor && map.middleOf(map.cursor));
  if (map.cursor !== undefined) map.pointAt(map.cursor, true);
}

function step(map: HeatMap, across: number, down: number, isShifted: boolean): void {
  if (isShifted) map.move(across * PAN_STEP, down * PAN_STEP);
  else {
    const { steps } = map;
    goTo(map, ({ column, row }) => ({
      column: column + across * steps.across,
      row: row + down * steps.down,
    }));
  }
}

/** Moves the cursor, which begins in the middle of what is seen. */
function goTo(map: HeatMap, next: (from: Place) => Place): void {
  const { columns, order } = map.grid;
  if (columns === 0 || order.length === 0) return;
  const to = map.cursor === undefined ? map.middle : next(map.cursor);
  const column = Math.min(columns - 1, Math.max(0, to.column));
  const row = Math.min(order.length - 1, Math.max(0, to.row));
  map.pointAt({ column, row }, true);
}

/** Pointers that are pressed, where each is, in CSS pixels of the window. */
type Pointers = Map<number, Point>;

interface Point {
  readonly clientX: number;
  readonly clientY: number;
}

/** One pointer points, and moves the map while it is pressed; two fingers move it and zoom. */
function listenToPointers(map: HeatMap): void {
  const { canvas } = map;
  const pressed: Pointers = new Map();
  canvas.addEventListener('pointerdown', (event) => {
    pressed.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
    if (pressed.size === 1) point(map, event);
    else map.pointAt(undefined);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = pressed.get(event.pointerId);
    if (before === undefined) return point(map, event);
    const pinch = pinchOf(pressed);
    pressed.set(event.pointerId, event);
    if (pressed.size === 1) map.move(before.clientX - event.clientX, before.clientY - event.clientY);
    else if (pinch !== undefined) followPinch(map, pinch, pinchOf(pressed) ?? pinch);
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, (event) => pressed.delete(event.pointerId));
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse' && pressed.size === 0) map.pointAt(undefined);
  });
  // One finger that goes up or down scrolls the page; two are meant for the map alone.
  for (const touch of ['touchstart', 'touchmove'] as const)
    canvas.addEventListener(
      touch,
      (event) => {
        if (event.touches.length > 1 && event.cancelable) event.preventDefault();
      },
      { passive: false },
    );
}

function point(map: HeatMap, event: MouseEvent): void {
  const at = map.locate(event);
  map.pointAt(at && map.cellAt(at));
}

/** Two fingers: the point between them, and how far they are from each other, in CSS pixels. */
interface Pinch extends Point {
  readonly spread: number;
}

/** Undefined unless there are two. */
function pinchOf(pressed: Pointers): Pinch | undefined {
  const [a, b, ...more] = pressed.values();
  if (a === undefined || b === undefined || more.length > 0) return undefined;
  return {
    clientX: (a.clientX + b.clientX) / 2,
    clientY: (a.clientY + b.clientY) / 2,
    spread: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  };
}

/** Fingers closer than this, in CSS pixels, only move the map: a small step would be a large factor. */
const LEAST_SPREAD = 10;

/** What was between the fingers stays there. */
function followPinch(map: HeatMap, from: Pinch, to: Pinch): void {
  map.move(from.clientX - to.clientX, from.clientY - to.clientY);
  if (Math.min(from.spread, to.spread) < LEAST_SPREAD) return;
  const factor = to.spread / from.spread;
  map.zoom(factor, factor, map.locate(to));
}
