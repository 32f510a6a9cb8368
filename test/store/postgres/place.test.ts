import { describe, expect, it } from 'vitest';
import { postgresPlace } from '../../../src/store/postgres/place.ts';
import { withoutPassword } from '../../../src/core/without-password.ts';

describe('the URL of a PostgreSQL store', () => {
  it('says where it is, and to people never a password', () => {
    expect(
      postgresPlace(
        'postgres://me:s%40cret@db.example:6000/market?schema=my%20own&pool_min=1&pool_max=9&sslmode=require',
      ),
    ).toEqual({
      connection: 'postgres://me:s%40cret@db.example:6000/market?sslmode=verify-full',
      shown: 'postgres://me@db.example:6000/market?schema=my%20own',
      server: 'db.example:6000/market',
      schema: 'my own',
      pool: { min: 1, max: 9 },
    });
    expect(postgresPlace('postgresql://db.example/market')).toMatchObject({
      shown: 'postgres://db.example:5432/market',
      schema: 'public',
      pool: { min: 0, max: 4 },
    });
    expect(postgresPlace('postgres:///market?host=/run/postgresql&password=secret').shown).toBe(
      'postgres:///run/postgresql:5432/market',
    );
  });

  it.each([
    ['no database', 'postgres://me:secret@host'],
    ['an empty schema', 'postgres://me:secret@host/db?schema='],
    ['no number of connections', 'postgres://me:secret@host/db?pool_max=many'],
    ['fewer at most than at least', 'postgres://me:secret@host/db?pool_min=5&pool_max=4'],
    ['no URL', 'postgres://me:secret@host:port/db'],
  ])('with %s is refused without its password', (_, url) => {
    let message = '';
    try {
      postgresPlace(url);
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage' });
      ({ message } = error as Error);
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('secret');
  });

  it.each([
    ['postgres://me:se:cr@et@host/db', 'postgres://me@host/db'],
    ['postgres://host/db?password=secret&x=1', 'postgres://host/db?password=…&x=1'],
    ['postgres://host:5432/db', 'postgres://host:5432/db'],
    ['data/a:b@c', 'data/a:b@c'],
  ])('%s is shown as %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown);
  });
});
