import { describe, expect, it } from 'vitest';
import { obstacleOf } from '../../../src/providers/http/obstacle.ts';

const failure = (code: string, syscall?: string): Error =>
  Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) });

describe('what kept a request from its host', () => {
  it.each([
    [failure('ENOTFOUND', 'getaddrinfo'), /^no such host here; is this machine online\?$/],
    [failure('EAI_AGAIN', 'getaddrinfo'), /name cannot be looked up \(EAI_AGAIN\); is this machine online\?/],
    [failure('EAI_FAIL', 'getaddrinfo'), /name cannot be looked up \(EAI_FAIL\)/],
    [failure('ENETUNREACH', 'connect'), /no way to it \(ENETUNREACH\); is this machine online\?/],
    [failure('EHOSTUNREACH', 'connect'), /no way to it/],
    [failure('ENETDOWN'), /no way to it/],
    [failure('EADDRNOTAVAIL'), /no way to it/],
    [failure('EPERM', 'connect'), /forbids it \(EPERM\); is there a firewall/],
    [failure('EACCES'), /forbids it/],
    [failure('SELF_SIGNED_CERT_IN_CHAIN'), /not trusted here.*NODE_EXTRA_CA_CERTS/],
    [failure('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), /not trusted here/],
    [failure('CERT_HAS_EXPIRED'), /not trusted here/],
    [failure('ERR_TLS_CERT_ALTNAME_INVALID'), /not trusted here/],
  ])('is on this machine or on its way out: %s', (error, words) => {
    expect(obstacleOf(error)).toMatch(words);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'HPE_INVALID_CONSTANT'])(
    'is not on this machine, as far as %s tells',
    (code) => {
      expect(obstacleOf(failure(code, 'connect'))).toBeUndefined();
    },
  );

  it('is nothing here where one of several addresses was reached', () => {
    const [away, refused] = [failure('ENETUNREACH'), failure('ECONNREFUSED')];
    expect(obstacleOf(new AggregateError([away, refused]))).toBeUndefined();
    expect(obstacleOf(new AggregateError([refused, away]))).toBeUndefined();
    expect(obstacleOf(new AggregateError([away, failure('EHOSTUNREACH')]))).toMatch(/ENETUNREACH/);
    expect(obstacleOf(new AggregateError([]))).toBeUndefined();
    expect(obstacleOf(new Error('cut short'))).toBeUndefined();
    expect(obstacleOf('cut short')).toBeUndefined();
  });
});
