import { afterEach, describe, expect, it, vi } from 'vitest';
import { secretsOf } from '../../src/library/secrets.ts';

const ASKED = { id: 'vendor', credentials: { key: 'VENDOR_KEY_OF_TESTS' } };
const read = () => secretsOf({ store: 'none' }, ASKED);

afterEach(() => void vi.unstubAllEnvs());

describe('a key of the environment', () => {
  it.each([
    ['abc\ndef', 'character 4 of 7 is a line break'],
    ['abc\rdef', 'character 4 of 7 is a line break'],
    ['clé', 'character 3 of 3 is not of ASCII'],
    ['abc\u0007', 'character 4 of 4 is a control character'],
  ])('that no request can carry is refused before anything is asked (%j)', (key, what) => {
    vi.stubEnv('VENDOR_KEY_OF_TESTS', key);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `VENDOR_KEY_OF_TESTS: no request can carry this key, ${what}; write it anew`,
      }),
    );
  });

  it('is read without the blanks around it', () => {
    vi.stubEnv('VENDOR_KEY_OF_TESTS', ' abc def\n');
    expect(read()).toEqual({ key: 'abc def' });
  });

  it('is not there where it is blank', () => {
    vi.stubEnv('VENDOR_KEY_OF_TESTS', '  ');
    expect(read).toThrow('provider "vendor" needs its key; set VENDOR_KEY_OF_TESTS');
  });
});
