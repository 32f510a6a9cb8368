import { deepStrictEqual, ok } from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackfillError } from '../core/errors.ts';
import type { BarAnswer, Provider } from '../providers/provider.ts';
import { type CheckOf, NOW, ONE_TRY, weekOf } from './check.ts';
import { passedOn } from './passed-on.ts';
import type { ProviderSubject } from './subject.ts';

/** Bytes of the last price or two, and what may close them. */
const MOST_CUT = 16;

type At = Required<ProviderSubject>['at'];

/** How a provider takes bodies of which the end is lost, as a whole answer of a sound server. */
export function cutBodiesOf({
  at,
  ...subject
}: Pick<ProviderSubject, 'ticker'> & { readonly at: At }): CheckOf {
  const week = weekOf(subject);
  return {
    name: 'refuses a body without its end, or reads it as if it were there',
    run: async ({ open }) => {
      const { provider, url } = await open(NOW);
      ok(url !== undefined, 'it is asked at no URL');
      const whole = await provider.fetchBars(week);
      for (let bytes = 1; bytes <= MOST_CUT; bytes++) {
        const answer: BarAnswer | undefined = await withoutEnd(at, url, bytes, (cut) =>
          cut.fetchBars(week),
        ).catch(refusal);
        if (answer !== undefined) deepStrictEqual(answer, whole, `without its last bytes, ${bytes} of them`);
      }
    },
  };
}

function refusal(error: unknown): undefined {
  if (error instanceof BackfillError && error.retryable) return undefined;
  throw error;
}

/** Uses a provider beside a server that takes so many bytes off whatever another one says. */
async function withoutEnd<Used>(
  at: At,
  url: string,
  bytes: number,
  use: (provider: Provider) => Promise<Used>,
): Promise<Used> {
  const server = createServer((request, response) => {
    void passedOn(url, request).then(({ status, type, body }) =>
      response.writeHead(status, { 'content-type': type }).end(body.subarray(0, -bytes)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await use(await at(`http://127.0.0.1:${port}`, ONE_TRY, 5000));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
