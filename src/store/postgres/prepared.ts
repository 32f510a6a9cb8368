import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Row } from '../tables/row.ts';
import type { Client } from './client.ts';

/** A connection on which statements with values are parsed and planned once: most are one of a few, ten thousand times over. */
export function preparing(client: pg.ClientBase): Client {
  return {
    query: (text, values) =>
      client.query(values === undefined ? text : { name: nameOf(text), text, values }) as Promise<
        pg.QueryResult<Row>
      >,
  };
}

const names = new Map<string, string>();

/** As a server knows a statement. */
function nameOf(text: string): string {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 32);
  names.set(text, name);
  return name;
}
