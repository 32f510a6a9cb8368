/** What another kind of file begins with, and what to do about one in place of CSV. */
interface Kind {
  /** Bytes, as characters. */
  readonly signature: string;
  /** Where they stand. Default: at the beginning. */
  readonly at?: number;
  readonly what: string;
  readonly way: string;
}

const AS_CSV = 'write it as CSV';
const UNPACK = 'unpack it';
const SAVE = 'save its sheet as CSV';
const GET = 'get the prices as CSV';

const KINDS: readonly Kind[] = [
  { signature: 'PAR1', what: 'a Parquet file', way: AS_CSV },
  { signature: 'ARROW1', what: 'an Arrow file', way: AS_CSV },
  { signature: 'FEA1', what: 'a Feather file', way: AS_CSV },
  { signature: '\u0089HDF\r\n', what: 'an HDF5 file', way: AS_CSV },
  { signature: 'SQLite format 3\0', what: 'a database of SQLite', way: AS_CSV },
  { signature: '\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1', what: 'a workbook of Excel', way: SAVE },
  { signature: '\u001F\u008B', what: 'a gzip file', way: UNPACK },
  { signature: 'BZh91AY&SY', what: 'a bzip2 file', way: UNPACK },
  { signature: '\u00FD7zXZ\0', what: 'an xz file', way: UNPACK },
  { signature: '(\u00B5/\u00FD', what: 'a zstd file', way: UNPACK },
  { signature: "7z\u00BC\u00AF'\u001C", what: 'an archive of 7-Zip', way: UNPACK },
  { signature: 'Rar!\u001A', what: 'an archive of RAR', way: UNPACK },
  { signature: 'ustar', at: 257, what: 'an archive of tar', way: UNPACK },
  { signature: '%PDF-', what: 'a PDF document', way: GET },
  { signature: '\u0089PNG', what: 'a picture', way: GET },
];

const ZIP = 'PK\u0003\u0004';
/** Where the name of the first file in a zip stands, and what it begins with in one that is a spreadsheet's. */
const NAME_AT = 30;
const OF_WORKBOOK = /^(\[Content_Types\]|_rels\/|docProps\/|xl\/|mimetypeapplication\/vnd\.oasis)/;

/** As many bytes as are looked at. */
const HEAD_BYTES = 1024;

/** What bytes hold that are no text, with what to do: `a Parquet file, not CSV: write it as CSV`; undefined for text. */
export function otherBytes(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
  if (head.startsWith(ZIP))
    return OF_WORKBOOK.test(head.slice(NAME_AT))
      ? said('a workbook of a spreadsheet', SAVE)
      : said('a zip file', 'let its name end in .zip');
  const kind = KINDS.find(({ signature, at = 0 }) => head.startsWith(signature, at));
  return kind && said(kind.what, kind.way);
}

/** The same of a text that is no table: an error or a login page often stands in the place of prices. */
export function otherText(text: string): string | undefined {
  const head = text.slice(0, HEAD_BYTES).trimStart();
  // A header may be in brackets, as `[Date]` or `<DATE>`.
  if (/^(\{\s*(["}]|$)|\[\s*([[{"\]]|-?\d|$))/.test(head))
    return said('JSON', `${GET}; it may tell of an error`);
  if (/^<(!doctype|!--|html|head|body|script|style|meta|div|table)\b/i.test(head))
    return said('a web page (HTML)', `${GET}; it may tell of an error`);
  if (/^<\?xml\b/i.test(head)) return said('XML', `${GET}; it may tell of an error`);
  const [line = ''] = head.split(/[\r\n]/, 1);
  return Buffer.from(line).some(isNoText) ? `no text: ${GET}` : undefined;
}

/** Whether a byte is a control character that no line of text has. */
function isNoText(byte: number): boolean {
  return byte <= 0x08 || (byte >= 0x0e && byte <= 0x1a);
}

function said(what: string, way: string): string {
  return `${what}, not CSV: ${way}`;
}
