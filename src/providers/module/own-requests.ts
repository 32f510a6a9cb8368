import { shown } from '../../core/shown.ts';
import type { Call } from '../http/steps.ts';
import type { Secrets } from '../provider.ts';
import { broken, thrownBy } from './broken.ts';
import { type IdleLimit, idleLimit, idleTime } from './idle-limit.ts';

/** Whose steps they are: `url` of the module, and how its requests are configured. */
export interface Own {
  readonly id: string;
  readonly url: string;
  readonly config: { readonly timeoutMs?: number | undefined };
}

/** A step that words a request: what it gives, and what reads the answer as it comes, ends in time. */
export function requestChecked<Request>(
  name: string,
  request: (asked: Request, state: unknown, secrets: Secrets) => Call | Promise<Call>,
  { id, url, config }: Own,
): (asked: Request, state: unknown, secrets: Secrets) => Promise<Call> {
  const { ms, said } = idleTime(config);
  const step = `${name}request`;
  return async (asked, state, secrets) => {
    const { watch } = idleLimit(ms, () => broken(id, `its ${step} does not end for ${said}`));
    try {
      const call = await watch(() => request(asked, state, secrets));
      if (!(call?.url instanceof URL) || typeof call.headers !== 'object')
        throw broken(id, `its ${step} gives ${shown(call)}; it must be { url: a URL, headers }`);
      const { read, readBytes, ...others } = call;
      return {
        ...others,
        ...(read && { read: (pieces) => inTime('read', pieces, read) }),
        ...(readBytes && {
          readBytes: (pieces, head) => inTime('readBytes', pieces, (some) => readBytes(some, head)),
        }),
      };
    } catch (error) {
      throw thrownBy(step, error, id, url);
    }
  };

  async function inTime<Piece>(
    what: string,
    pieces: AsyncIterable<Piece>,
    read: (pieces: AsyncIterable<Piece>) => Promise<unknown>,
  ): Promise<unknown> {
    const limit = idleLimit(ms, () =>
      broken(id, `its ${step}’s ${what} neither ends nor reads on for ${said}`),
    );
    try {
      return await limit.watch(() => read(eachDuring(pieces, limit.during)));
    } catch (error) {
      throw thrownBy(`${step}’s ${what}`, error, id, url);
    }
  }
}

/** What is waited for is on its way: whoever waits is not idle. */
async function* eachDuring<Piece>(
  pieces: AsyncIterable<Piece>,
  during: IdleLimit['during'],
): AsyncGenerator<Piece> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await during(() => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
