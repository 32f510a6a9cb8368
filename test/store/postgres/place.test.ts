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
      patienceMs: 20_000,
    });
    expect(postgresPlace('postgresql://db.example/market')).toMatchObject({
      shown: 'postgres://db.example:5432/market',
      schema: 'public',
      ...{ pool: { min: 0, max: 4 }, timescaledb: undefined },
    });
    expect(postgresPlace('postgresql://db.example/market?timescaledb=off')).toMatchObject({
      connection: 'postgresql://db.example/market',
      timescaledb: 'off',
    });
    expect(postgresPlace('postgres:///market?host=/run/postgresql&password=secret').shown).toBe(
      'postgres:///run/postgresql:5432/market',
    );
  });

  it.each([
    ['no database', 'postgres://me:secret@host', / names no database; write postgres:/],
    [
      'an empty schema',
      'postgres://me:secret@host/db?schema=',
      / has an empty \?schema=; write \?schema=NAME/,
    ],
    [
      'no number of connections',
      'postgres://me:secret@host/db?pool_max=many',
      /^pool_max=many .* from 1 to 1000/,
    ],
    [
      'fewer at most than at least',
      'postgres://me:secret@host/db?pool_min=5&pool_max=4',
      /^pool_max=4 .* from 5/,
    ],
    ['a word for a port', 'postgres://me:secret@host:port/db', / has no number where its port stands; write/],
    [
      'a port that is none',
      'postgres://me:secret@host:99999/db',
      / has the port 99999, which is none; .* 65535/,
    ],
    ['such a parameter', 'postgres://me:secret@host/db?port=0', / has port=0; write one from 1 to 65535/],
    ['no host', 'postgres://me:secret@/db', / names no host; write postgres:/],
    ['no host before a port', 'postgres://:5432/db', / names no host; write postgres:/],
    ['a lone %', 'postgres://me:secret@host/50%', / has a % in the name of its database; write it %25/],
    ['a #', 'postgres://me:secret@host/db#5', / has a # in it; write it %23/],
    [
      'a misspelt parameter',
      'postgres://me:secret@host/db?schem=own',
      / "schem", which .* did you mean schema\?$/,
    ],
    ['one of the client', 'postgres://me:secret@host/db?ssl_mode=x', / did you mean sslmode\?$/],
    [
      'no word for hypertables',
      'postgres://me:secret@host/db?timescaledb=yes',
      / has timescaledb=yes; write on or off, or leave it out/,
    ],
    [
      'a misspelt mode',
      'postgres://me:secret@host/db?sslmode=requier',
      / has sslmode=requier; there are disable, /,
    ],
  ])('with %s is refused without its password', (_, url, words) => {
    let message = '';
    try {
      postgresPlace(url);
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage' });
      ({ message } = error as Error);
    }
    expect(message).toMatch(words);
    expect(message).not.toContain('secret');
  });

  it('takes what the client knows, and an @ in a value', () => {
    const query = 'user=me@server&application_name=a@b&statement_timeout=5&sslmode=no-verify';
    expect(postgresPlace(`postgres://host/db?${query}&schema=own`)).toMatchObject({ schema: 'own' });
  });

  it('takes what is written for libpq where it is so anyway, and tells nobody of it', () => {
    const asked =
      'channel_binding=prefer&gssencmode=disable&target_session_attrs=read-write&keepalives_idle=30&sslsni=1&ssl_min_protocol_version=TLSv1.2';
    expect(postgresPlace(`postgres://host/db?${asked}&connect_timeout=3&sslmode=require`)).toMatchObject({
      connection: 'postgres://host/db?sslmode=verify-full',
      patienceMs: 3000,
    });
    expect(postgresPlace('postgres://host/db?sslmode=verify-full&sslrootcert=system').connection).toBe(
      'postgres://host/db?sslmode=verify-full',
    );
  });

  it.each([
    ['channel_binding=require', /write channel_binding=prefer/],
    ['gssencmode=require', /no GSSAPI here/],
    ['target_session_attrs=standby', /one server is asked/],
    ['ssl_min_protocol_version=TLSv1.3', /--tls-min-v1\.3/],
    ['require_auth=scram-sha-256', /sslmode=verify-full/],
    ['passfile=/root/pass', /name the file in PGPASSFILE/],
    ['hostaddr=127.0.0.1', /in place of the host/],
    ['dbname=market', /behind the host/],
    ['service=mine', /write what the service says/],
    ['sslpassword=secret', /a key without a password/],
    ['replication=database', /leave it out/],
    ['keepalives_count=many', /write a number/],
  ])('that asks for %s, which would not be kept, is refused', (parameter, words) => {
    expect(() => postgresPlace(`postgres://host/db?${parameter}`)).toThrow(words);
    expect(() => postgresPlace(`postgres://host/db?${parameter}`)).toThrow(
      `has ${parameter.replace(/=?secret/, '')}, which`,
    );
    expect(() => postgresPlace(`postgres://host/db?${parameter}`)).not.toThrow('secret');
  });

  it('that has no seconds to wait is refused', () => {
    expect(() => postgresPlace('postgres://host/db?connect_timeout=soon')).toThrow(
      'has connect_timeout=soon; write seconds',
    );
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
