import { crc32 } from 'node:zlib';
import { type UnzipFileInfo, unzipSync } from 'fflate';

/** Signatures of the records at the end of a zip file (APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16). */
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const LOCATOR_64 = 0x07064b50;
const END_64 = 0x06064b50;

/**
 * Bytes of the end record without its comment, which has 65,535 at most, and of what stands before it where it is too small.
 */
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const LONGEST_COMMENT = 0xffff;
const IN_ZIP64 = 0xffffffff;

/**
 * The CSV files within a zip file by name, without those that macOS puts beside them. Throws for what is no zip file, for
 * one whose bytes are not those that were packed (unpacking alone does not tell, and a turned bit is another price), and for a
 * file of more than `most` bytes; default: as many as there are.
 */
export function csvFilesIn(zip: Uint8Array, most = Number.POSITIVE_INFINITY): Map<string, Uint8Array> {
  const checksums = checksumsIn(zip);
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    if (!name.endsWith('.csv') || name.startsWith('__MACOSX/')) return false;
    // No more room is made for it than it says to need.
    if (originalSize > most) throw new Error(`its ${name} is ${originalSize} bytes, more than ${most}`);
    return true;
  };
  const files = new Map(Object.entries(unzipSync(zip, { filter })));
  for (const [name, bytes] of files)
    if (crc32(bytes) !== checksums.get(name)) throw new Error(`its checksum of ${name} is another`);
  return files;
}

/** CRC-32 of each file by name, as the directory at the end of a zip file says them. */
function checksumsIn(zip: Uint8Array): Map<string, number> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const found = new Map<string, number>();
  for (let at = directoryOf(view); view.getUint32(at, true) === ENTRY;) {
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const nameAt = at + 46;
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
    const name = Buffer.from(zip.subarray(nameAt, nameAt + (nameBytes ?? 0)));
    found.set(name.toString(isUtf8 ? 'utf8' : 'latin1'), view.getUint32(at + 16, true));
    at = nameAt + (nameBytes ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return found;
}

/** Where the directory begins. Throws where there is none. */
function directoryOf(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  let end = last;
  while (end >= 0 && end >= last - LONGEST_COMMENT && view.getUint32(end, true) !== END) end--;
  if (end < 0 || view.getUint32(end, true) !== END) throw new Error('its end is missing');
  const start = view.getUint32(end + 16, true);
  const locator = end - LOCATOR_BYTES;
  if (start !== IN_ZIP64 || locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return start;
  const end64 = Number(view.getBigUint64(locator + 8, true));
  if (view.getUint32(end64, true) !== END_64) throw new Error('its end is broken');
  return Number(view.getBigUint64(end64 + 48, true));
}
