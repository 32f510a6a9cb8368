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

type Pointers = Map<number, PointerEvent>;

/** One pointer points, and moves the map while it is pressed; two fingers zoom. */
function listenToPointers(map: HeatMap): void {
  const { canvas } = map;
  const pressed: Pointers = new Map();
  canvas.addEventListener('pointerdown', (event) => {
    pressed.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
    point(map, event);
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = pressed.get(event.pointerId);
    if (before === undefined) return point(map, event);
    const spread = spreadOf(pressed);
    pressed.set(event.pointerId, event);
    if (pressed.size === 1) map.move(before.clientX - event.clientX, before.clientY - event.clientY);
    else if (spread > 0) map.zoom(spreadOf(pressed) / spread, spreadOf(pressed) / spread, map.locate(event));
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(end, (event) => pressed.delete(event.pointerId));
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse' && pressed.size === 0) map.pointAt(undefined);
  });
}

function point(map: HeatMap, event: PointerEvent): void {
  const at = map.locate(event);
  map.pointAt(at && map.cellAt(at));
}

/** How far two fingers are from each other, in CSS pixels; 0 unless there are two. */
function spreadOf(pressed: Pointers): number {
  const [a, b, ...more] = pressed.values();
  if (a === undefined || b === undefined || more.length > 0) return 0;
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}
