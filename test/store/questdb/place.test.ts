import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { questPlace } from '../../../src/store/questdb/place.ts';

describe('the URL of a QuestDB store', () => {
  it('says where it is, and to people never a password', () => {
    expect(
      questPlace('questdb://me:s%40cret@db.example:6000/own?prefix=prices_&pool_min=1&pool_max=9'),
    ).toEqual({
      ...{ host: 'db.example', port: 6000, user: 'me', password: 's@cret', database: 'own' },
      shown: 'questdb://me@db.example:6000/own?prefix=prices_',
      server: 'db.example:6000',
      prefix: 'prices_',
      pool: { min: 1, max: 9 },
    });
    expect(questPlace('questdb://[::1]')).toEqual({
      ...{ host: '::1', port: 8812, user: 'admin', password: undefined, database: 'qdb', prefix: '' },
      ...{ shown: 'questdb://[::1]:8812', server: '[::1]:8812', pool: { min: 0, max: 4 } },
    });
  });

  it('that is shown opens the same store again', () => {
    const { url } = openStore('questdb://me:secret@db.example?prefix=a_');
    expect(url).toBe('questdb://me@db.example:8812?prefix=a_');
    expect(openStore(url).url).toBe(url);
    expect(openStore(url).folder).toBeUndefined();
  });

  it.each([
    ['no host', 'questdb://'],
    ['a prefix that is no name', 'questdb://me:secret@host?prefix=a%27b'],
    ['a word of another store', 'questdb://me:secret@host?schema=mine'],
    ['no number of connections', 'questdb://me:secret@host?pool_max=many'],
    ['no URL', 'questdb://me:secret@host:port'],
  ])('with %s is refused without its password', (_, url) => {
    let message = '';
    try {
      questPlace(url);
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage' });
      ({ message } = error as Error);
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('secret');
  });
});
