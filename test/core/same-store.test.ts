import { expect, it } from 'vitest';
import { isSameStore } from '../../src/core/same-store.ts';

const SAME: readonly (readonly [string, string])[] = [
  ['postgres://me@localhost/market', 'postgres://you@127.0.0.1:5432/market'],
  ['postgresql://LOCALHOST:5432/market', 'postgres://[::1]/market?schema=public'],
  ['postgres://me:secret@db.example/market', 'postgres://db.example.:5432/market'],
  ['s3://lake/data', 's3://lake/data/'],
  [
    's3://lake/data?endpoint=http://localhost:9000',
    's3://lake/data?endpoint=http://127.0.0.1:9000/&region=x',
  ],
  ['s3://lake?endpoint=https://box', 's3://lake?endpoint=https%3A%2F%2Fbox%3A443'],
  ['postgres:///market?host=/run/a&user=me', 'postgres:///market?user=you&host=/run/a'],
  ['postgres:///market?host=db.example&port=5432', 'postgres://db.example/market'],
];
const OTHER: readonly (readonly [string, string])[] = [
  ['postgres://localhost/market', 'postgres://localhost/other'],
  ['postgres://localhost/market', 'postgres://localhost:5433/market'],
  ['postgres://localhost/market', 'postgres://db.example/market'],
  ['postgres://localhost/market', 'postgres://localhost/market?schema=zz'],
  ['postgres://localhost/market', 's3://localhost/market'],
  ['postgres:///market?host=/run/a', 'postgres:///market?host=/run/b'],
  ['postgres:///market?host=/run/a', 'postgres:///market?host=/run/a&port=5433'],
  ['postgres:///market?host=db.example', 'postgres://localhost/market'],
  ['s3://lake/data', 's3://lake/more'],
  ['s3://lake/data', 's3://lake/data?endpoint=http://localhost:9000'],
  ['s3://lake/data?endpoint=http://localhost:9001', 's3://lake/data?endpoint=http://localhost:9000'],
];

it.each(SAME)('%s is the store %s', (one, other) => {
  expect(isSameStore(one, other)).toBe(true);
});

it.each(OTHER)('%s is not the store %s', (one, other) => {
  expect(isSameStore(one, other)).toBe(false);
});
