/** Which part of the map is seen, and how large: in columns and rows, and CSS pixels of each. */
export interface Viewport {
  readonly left: number;
  readonly top: number;
  readonly perColumn: number;
  readonly perRow: number;
}

/** What there is to see, in columns and rows, and the room for it in CSS pixels. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
}

/** Cells grow no further than this, in CSS pixels, where there is no room to fill. */
const LARGEST_COLUMN = 28;
const LARGEST_ROW = 22;

/** All of it: few sessions fill the width; few rows are no higher than one can be. */
export function whole(room: Room): Viewport {
  return { left: 0, top: 0, perColumn: leastColumn(room), perRow: leastRow(room) };
}

/** Larger or smaller by a factor for each direction; what is at a place, in CSS pixels, stays there. */
export function zoomed(
  view: Viewport,
  room: Room,
  by: { readonly across: number; readonly down: number },
  at: { readonly x: number; readonly y: number },
): Viewport {
  const perColumn = columnBetween(view.perColumn * by.across, room);
  const perRow = between(view.perRow * by.down, leastRow(room), LARGEST_ROW);
  const left = view.left + at.x / view.perColumn - at.x / perColumn;
  const top = view.top + at.y / view.perRow - at.y / perRow;
  return within({ left, top, perColumn, perRow }, room);
}

/** Moved by CSS pixels. */
export function moved(view: Viewport, room: Room, across: number, down: number): Viewport {
  const { left, top, perColumn, perRow } = view;
  return within({ ...view, left: left + across / perColumn, top: top + down / perRow }, room);
}

/** Moved as little as shows a cell. */
export function showing(view: Viewport, room: Room, column: number, row: number): Viewport {
  const [across, down] = [room.width / view.perColumn, room.height / view.perRow];
  return within(
    {
      ...view,
      left: between(view.left, column + 1 - across, column),
      top: between(view.top, row + 1 - down, row),
    },
    room,
  );
}

/** The same part after the room changed, as far as it can be. */
export function within(view: Viewport, room: Room): Viewport {
  const perColumn = columnBetween(view.perColumn, room);
  const perRow = between(view.perRow, leastRow(room), LARGEST_ROW);
  return {
    ...{ perColumn, perRow },
    left: between(view.left, 0, Math.max(0, room.columns - room.width / perColumn)),
    top: between(view.top, 0, Math.max(0, room.rows - room.height / perRow)),
  };
}

function leastColumn({ columns, width }: Room): number {
  return width / Math.max(1, columns);
}

function columnBetween(value: number, room: Room): number {
  const least = leastColumn(room);
  return between(value, least, Math.max(LARGEST_COLUMN, least));
}

function leastRow({ rows, height }: Room): number {
  return Math.min(LARGEST_ROW, height / Math.max(1, rows));
}

/** The upper bound wins where they contradict each other. */
function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
