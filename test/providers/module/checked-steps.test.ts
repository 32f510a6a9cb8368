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

describe('a step that does not end', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const url = new URL('http://h');
  const soon = (own: Record<string, unknown>): ReturnType<typeof stepsOf> =>
    stepsOf(own, import.meta.url, { timeoutMs: 2 });
  const said = (what: string): object => ({
    ...{ code: 'provider-broken', retryable: false },
    message: `the code of provider own: its ${what} for 0.02 s, 10 times its timeoutMs`,
  });

  it('is ended', async () => {
    await expect(soon({ request: never }).request(ASKED, undefined, {})).rejects.toMatchObject(
      said('request does not end'),
    );
  });

  it.each(['read', 'readBytes'])('is ended where it is the %s of an answer', async (how) => {
    const call = await soon({ request: () => ({ url, headers: {}, [how]: never }) }).request(
      ...([ASKED, undefined, {}] as const),
    );
    const none = (async function* () {})();
    const reading = how === 'read' ? call.read?.(none) : call.readBytes?.(none, TOLD);
    await expect(reading).rejects.toMatchObject(said(`request’s ${how} neither ends nor reads on`));
  });

  it('may wait for what is on its way as long as that takes', async () => {
    const pieces = (async function* () {
      await new Promise((resolve) => setTimeout(resolve, 100));
      yield 'a';
    })();
    const read = async (given: AsyncIterable<string>): Promise<string> => {
      let text = '';
      for await (const piece of given) text += piece;
      return text;
    };
    const call = await soon({ request: () => ({ url, headers: {}, read }) }).request(ASKED, undefined, {});
    expect(await call.read?.(pieces)).toBe('a');
  });
});
