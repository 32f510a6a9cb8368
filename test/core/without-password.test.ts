import { expect, it } from 'vitest';
import { withoutPassword } from '../../src/core/without-password.ts';

it.each([
  ['postgres://me:se:cr@et@host/db', 'postgres://me@host/db'],
  ['postgres://me:pa/se@host:5432/db?schema=own', 'postgres://me@host:5432/db?schema=own'],
  ['postgres://me:pa#se@host/db', 'postgres://me@host/db'],
  ['postgres://me:pa?se@host/db', 'postgres://me@host/db'],
  ['postgres://me:12/@/se@host/db', 'postgres://me@host/db'],
  ['postgres://me/se@host/db', 'postgres://me@host/db'],
  ['postgres://:se@host/db', 'postgres://@host/db'],
  ['--store=postgres://me:pa/se@host/db', '--store=postgres://me@host/db'],
  ['mysql://root:se/x@host/x', 'mysql://root@host/x'],
  ['postgres//me:se@host/db', 'postgres//me@host/db'],
  ['postgres:me:se@host/db', 'postgres:…@host/db'],
  ['me:se/x@host/db', 'me:…@host/db'],
  ['postgres://me:secret/db', 'postgres://me:…/db'],
  ['postgres://host/db?password=secret&x=1', 'postgres://host/db?password=…&x=1'],
  ['postgres://host/db?password=p@se&se@x&x=1', 'postgres://host/db?password=…&x=1'],
  ['host=db user=me password=se dbname=x', 'host=db user=me password=… dbname=x'],
  [String.raw`--store=password = 'a\'s e:c@x' host=db`, '--store=password = … host=db'],
  ['s3://AK:sec/ret@lake/x?region=a', 's3://AK@lake/x?region=a'],
  ['s3://AK:secret', 's3://AK:…'],
  ['s3://lake/x?endpoint=http://AK:sec/ret@127.0.0.1:1', 's3://lake/x?endpoint=http://@127.0.0.1:1'],
  [
    's3://lake/x?endpoint=http%3A%2F%2FAK%3Asec%2Fret%40127.0.0.1',
    's3://lake/x?endpoint=http%3A%2F%2F%40127.0.0.1',
  ],
])('%s is shown as %s', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown);
});

it.each([
  ['postgres://me@host:5432/db'],
  ['postgres://me@[::1]:5432/db'],
  ['data/a:b@c'],
  [String.raw`C:\data\a:b@c`],
  ['file:///data/a:b@c'],
  ['s3://lake/a:b@c?endpoint=http://127.0.0.1:1'],
  ['host=db user=me'],
  ['AAPL,MSFT'],
])('%s is shown as it is', (text) => {
  expect(withoutPassword(text)).toBe(text);
});

it('puts a mark where a password was', () => {
  expect(withoutPassword('postgres://me:pa/se@host/db', ':***')).toBe('postgres://me:***@host/db');
  expect(withoutPassword('postgres://me@host/db', ':***')).toBe('postgres://me@host/db');
});
