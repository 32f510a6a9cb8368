import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';

describe('openStore', () => {
  it('takes the path of a folder, relative to the working directory', () => {
    expect(openStore('data').url).toBe(resolve('data'));
    expect(openStore('/srv/lake').url).toBe('/srv/lake');
    expect(openStore('./odd:name').url).toBe(resolve('odd:name'));
  });

  it('takes a file URL', () => {
    expect(openStore('file:///srv/my%20lake').url).toBe('/srv/my lake');
  });

  it.each(['s3://bucket/lake', 'postgres://me@host:5432/db'])('takes %s, which is no folder', (url) => {
    expect(openStore(url)).toMatchObject({ url, folder: undefined });
    expect(openStore('data').folder).toBe(resolve('data'));
  });

  it('gives a URL that opens the same store again', () => {
    expect(openStore(openStore('data').url).url).toBe(openStore('data').url);
  });

  it.each(['mysql://host/db', 'memory:', '', 'file://host/share%00'])(
    'refuses %j in one line that shows it and says what is supported',
    (url) => {
      expect(() => openStore(url)).toThrow(expect.objectContaining({ code: 'usage' }));
      expect(() => openStore(url)).toThrow(
        /^".*" is not a store; give the path of a folder.*file:\/\/.*s3:\/\/.*postgres:\/\/.*$/,
      );
    },
  );

  it('touches nothing', () => {
    openStore('never-created');
    expect(existsSync('never-created')).toBe(false);
  });
});
