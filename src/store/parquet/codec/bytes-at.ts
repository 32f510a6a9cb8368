import type { AsyncBuffer } from 'hyparquet';

/** A file that lies in memory as a whole. */
export interface FileInMemory extends AsyncBuffer {
  /** All of it, not to be written to. */
  readonly bytes: Uint8Array;
}

/** Bytes in memory as a file to decode. */
export function bytesAsFile(bytes: Uint8Array): FileInMemory {
  // A view: `slice` of a Buffer would be another view of the pool that it lies in, `slice` of this one copies.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    byteLength: view.byteLength,
    bytes: view,
    slice: (start, end = view.byteLength) => view.slice(start, end).buffer,
  };
}

/**
 * What lies at `[from, to)` of a file, not to be written to. Of one in memory it is a view: what a commit looks at four
 * times would be copied as often, and it is by the bytes of such copies that the engine decides to collect garbage.
 */
export function bytesAt(file: AsyncBuffer, from: number, to: number): Uint8Array | Promise<Uint8Array> {
  return isInMemory(file) ? file.bytes.subarray(from, to) : readAt(file, from, to);
}

async function readAt(file: AsyncBuffer, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, to));
}

function isInMemory(file: AsyncBuffer): file is FileInMemory {
  return 'bytes' in file;
}

/** Bytes as numbers to read. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
