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

  it('is named with all others that are not there', () => {
    const two = {
      id: 'vendor',
      credentials: { keyId: 'VENDOR_ID_OF_TESTS', secretKey: 'VENDOR_KEY_OF_TESTS' },
    };
    const needs = (): unknown => secretsOf({ store: 'none' }, two);
    expect(needs).toThrow(
      'provider "vendor" needs its keyId and secretKey; set VENDOR_ID_OF_TESTS and VENDOR_KEY_OF_TESTS, which .env may do',
    );
    vi.stubEnv('VENDOR_ID_OF_TESTS', 'abc');
    expect(needs).toThrow(
      'provider "vendor" needs its secretKey; set VENDOR_KEY_OF_TESTS, which .env may do',
    );
    expect(() => secretsOf({ store: 'none', secrets: { secretKey: 'abc' } }, two)).toThrow(
      'set VENDOR_ID_OF_TESTS,',
    );
  });
});
