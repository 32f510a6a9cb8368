import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { ASKED, TOLD, errorOf, steps as stepsOf } from './own-steps.ts';

const steps = (own: Record<string, unknown>): ReturnType<typeof stepsOf> => stepsOf(own, import.meta.url);

describe('what the steps of one’s own provider throw', () => {
  it('is said with its place, and is not tried again', () => {
    const error = errorOf(() =>
      steps({
        parse: () => {
          throw new TypeError('no rows\nat all');
        },
      }).parse(TOLD, ASKED, undefined),
    );
    expect(error).toMatchObject({ code: 'provider-broken', retryable: false });
    expect(error.message).toMatch(
      /^the code of provider own: its parse throws TypeError: no rows \(checked-steps\.test\.ts:\d+:\d+\)$/,
    );
  });

  it('is theirs to say where it is an error of the program’s', () => {
    const own = new BackfillError('unknown-ticker', 'no such ticker');
    const throwing = (): never => {
      throw own;
    };
    const given = steps({ parse: throwing, end: throwing });
    expect(errorOf(() => given.parse(TOLD, ASKED, undefined))).toBe(own);
    expect(errorOf(() => given.end(ASKED, 0))).toBe(own);
  });

  it('is the server’s fault where it is JSON that cannot be read', () => {
    const given = steps({ parse: () => JSON.parse('{"half":') as never });
    expect(errorOf(() => given.parse(TOLD, ASKED, undefined))).toMatchObject({
      ...{ code: 'bad-answer', retryable: true },
      message: expect.stringMatching(/^own's answer cannot be read: /) as string,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['request throws RangeError: x', { request: () => Promise.reject(new RangeError('x')) }],
    ['request gives {"url":"http://h"}; it must be', { request: () => ({ url: 'http://h' }) }],
    ['request gives undefined; it must be', { request: () => undefined }],
  ])('%s', async (message, own) => {
    await expect(steps(own).request(ASKED, undefined, {})).rejects.toMatchObject({
      ...{ code: 'provider-broken', message: expect.stringContaining(message) as string },
    });
  });
});

it('says of what reads an answer as it comes what it throws', async () => {
  const read = async (): Promise<never> => {
    throw new RangeError('too long');
  };
  const given = steps({ request: () => ({ url: new URL('http://h'), headers: {}, read }) });
  const call = await given.request(ASKED, undefined, {});
  const none = (async function* () {})();
  await expect(call.read?.(none)).rejects.toMatchObject({
    code: 'provider-broken',
    message: expect.stringContaining(
      'its request’s read throws RangeError: too long (checked-steps',
    ) as string,
  });
});
