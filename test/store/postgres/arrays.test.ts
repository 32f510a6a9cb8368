import { afterAll, beforeAll, expect, it } from 'vitest';
import fc from 'fast-check';
import pg from 'pg';
import {
  dates,
  doubles,
  instants,
  integers,
  readDoubles,
  readInstants,
  readIntegers,
  readTexts,
  texts,
} from '../../../src/store/postgres/arrays.ts';
import { rounds, describeWith, POSTGRES } from '../../needs.ts';
import { type Cluster, startCluster } from './cluster.ts';

describeWith(POSTGRES)('columns as the arrays of a server', () => {
  let cluster: Cluster;
  let client: pg.Client;
  beforeAll(async () => {
    cluster = await startCluster();
    client = new pg.Client({ connectionString: cluster.url() });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await cluster.destroy();
  });

  const sentBack = async (type: string, array: Buffer): Promise<Buffer | null> => {
    const { rows } = await client.query(
      `SELECT array_send(array_agg(x)) AS back FROM unnest($1::${type}[]) AS u (x)`,
      [array],
    );
    return (rows[0] as { back: Buffer | null }).back;
  };
  const unknown = fc.constant(Number.NaN);
  const holds = async <T>(values: fc.Arbitrary<T[]>, check: (values: T[]) => Promise<void>): Promise<void> =>
    fc.assert(fc.asyncProperty(values, check), { numRuns: rounds(60) });

  it('are read by it and sent back as they were: doubles, of which NaN is unknown', () =>
    holds(fc.array(fc.oneof(fc.double({ noNaN: true }), unknown)), async (values) => {
      expect([...readDoubles(await sentBack('float8', doubles(values)))]).toEqual(values);
    }));

  it('integers, up to those that a double holds', () =>
    holds(fc.array(fc.oneof(fc.maxSafeInteger(), unknown)), async (values) => {
      expect([...readIntegers(await sentBack('bigint', integers(values)))]).toEqual(values);
    }));

  it('instants, before and after the server’s own beginning', () =>
    holds(fc.array(fc.integer({ min: -2e12, max: 4e12 })), async (values) => {
      expect([...readInstants(await sentBack('timestamp', instants(values)))]).toEqual(values);
    }));

  it('words, whatever is in them', () =>
    holds(fc.array(fc.constantFrom('a', 'b', '', "it's", 'ünïcode', '{"x"}', 'NULL')), async (values) => {
      const { codes, names } = readTexts(
        await sentBack(
          'text',
          texts(values.length, (i) => values[i] ?? ''),
        ),
      );
      expect(Array.from(codes, (code) => names[code])).toEqual(values);
      expect(new Set(names).size).toBe(names.length);
    }));

  it('dates', async () => {
    const { rows } = await client.query('SELECT $1::date[]::text AS text', [dates([-1, 0, 20_000])]);
    expect(rows).toEqual([{ text: '{1969-12-31,1970-01-01,2024-10-04}' }]);
  });
});
