import { describe, expect, it } from 'vitest';
import { assertConfigured } from '../../src/providers/registry.ts';

const configured = (url: string) => () => assertConfigured({ id: 'yahoo', url });

describe('the URL of a provider', () => {
  it.each(['http://127.0.0.1:', 'http://127.0.0.1:/v8', 'http://[::1]:', 'https://example.org:?a=1'])(
    '%s is refused for its empty port',
    (url) => {
      expect(configured(url)).toThrow(
        `the url of provider yahoo=${url}: its port is empty; write it as http://HOST:PORT`,
      );
    },
  );

  it.each(['http://127.0.0.1:99999', 'http:///v8', 'ftp://127.0.0.1'])('%s is refused as none', (url) => {
    expect(configured(url)).toThrow('is no URL; write it as http://HOST:PORT');
  });

  it.each(['http://127.0.0.1', 'http://[::1]', 'http://[::1]:80/', 'https://example.org/a:/b'])(
    '%s is taken',
    (url) => {
      expect(configured(url)).not.toThrow();
    },
  );
});
