// A file of bars as columns, and columns as a file of the same form again.
import { readFileSync } from 'node:fs';
import { parquetMetadata, parquetRead, parquetSchema } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** Columns with what a writer needs to know of them. */
export async function readColumns(path) {
  const bytes = readFileSync(path);
  const { buffer, byteOffset, length } = bytes;
  const file = buffer.slice(byteOffset, byteOffset + length);
  const metadata = parquetMetadata(file);
  const columns = new Map(
    parquetSchema(metadata).children.map(({ element }) => [element.name, { element, data: [] }]),
  );
  await decode(file, metadata, (name, data) => {
    const column = columns.get(name);
    column.data = column.data.concat(Array.from(data));
  });
  const types = new Map(
    metadata.row_groups[0].columns.map(({ meta_data }) => [meta_data.path_in_schema[0], meta_data]),
  );
  return [...columns].map(([name, { element, data }]) => ({
    name,
    element,
    data,
    encodings: types.get(name).encodings,
  }));
}

/** Reads all columns in pieces; dates and integers stay as the file has them. */
export function decode(file, metadata, onColumn) {
  const identity = (value) => value;
  return parquetRead({
    file: { byteLength: file.byteLength, slice: (from, to) => file.slice(from, to) },
    metadata,
    parsers: { timestampFromMilliseconds: identity, dateFromDays: identity },
    onChunk: ({ columnName, columnData }) => onColumn(columnName, columnData),
  });
}

/** `plain`: no column is looked through for a dictionary. */
export function encode(columns, { plain = false } = {}) {
  const encodingOf = ({ encodings }) => {
    if (encodings.includes('DELTA_BINARY_PACKED')) return { encoding: 'DELTA_BINARY_PACKED' };
    return plain ? { encoding: 'PLAIN' } : {};
  };
  return parquetWriteBuffer({
    columnData: columns.map((column) => ({
      ...{ name: column.name, data: column.data, statistics: column.name === 'ts' },
      ...encodingOf(column),
    })),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)],
  });
}
