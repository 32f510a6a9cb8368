import { BackfillError } from '../../../core/errors.ts';
import type { BucketAccess } from '../../../s3/access.ts';
import type { Refused } from '../../../s3/documents.ts';
import type { Answer } from '../../../s3/exchange.ts';
import type { Asked } from './asked.ts';

/** Whom a message speaks of. */
interface Whom {
  readonly access: Pick<BucketAccess, 'base' | 'keysFrom'>;
  /** The store's URL. */
  readonly where: string;
}

const WRITES: ReadonlySet<Asked['method']> = new Set(['PUT', 'POST', 'DELETE']);

/** What the user can do about a refusal, by its code. */
const WAYS_OUT: Readonly<Record<string, (whom: Whom) => string>> = {
  InvalidAccessKeyId: ({ access }) => `it does not know the access key of ${access.keysFrom}`,
  SignatureDoesNotMatch: ({ access }) =>
    `it does not accept the signature; is the secret key of ${access.keysFrom} the one that goes with the access key?`,
  ExpiredToken: ({ access }) => `the keys of ${access.keysFrom} have expired; get new ones`,
  InvalidToken: ({ access }) => `it does not accept the session token beside the keys of ${access.keysFrom}`,
  RequestTimeTooSkewed: () => "this machine's clock is wrong by more than a quarter of an hour; set it",
  NoSuchBucket: () => 'there is no such bucket; create it, or give another one as the store',
  InvalidBucketName: () => 'no bucket can have such a name; give another one as the store',
  AuthorizationHeaderMalformed: () => 'it is signed for another region; set AWS_REGION',
  InvalidRegionName: () => 'it is signed for another region; set AWS_REGION',
};

/** A refusal as an error, in one line: which server, where, and what to do. */
export function refusedBy(
  asked: Asked,
  refused: Refused,
  { status, headers }: Answer,
  whom: Whom,
): BackfillError {
  const region = headers['x-amz-bucket-region'];
  const isElsewhere = status === 301 || status === 307 || refused.code === 'AuthorizationHeaderMalformed';
  const way =
    isElsewhere && typeof region === 'string'
      ? `the bucket is in the region ${region}; set AWS_REGION=${region}`
      : (WAYS_OUT[refused.code]?.(whom) ??
        (status === 401 || status === 403 ? rightOf(asked, whom) : undefined));
  const said = [String(status), refused.code === String(status) ? '' : refused.code, refused.message];
  const words = said.filter((word) => word !== '').join(' ');
  return unusable(whom, way === undefined ? `it answered ${words}` : `${way} (${words})`);
}

function rightOf({ method, key }: Asked, { access }: Whom): string {
  const right = WRITES.has(method) ? 'write' : key === '' ? 'list' : 'read';
  return `the keys of ${access.keysFrom} have no right to ${right} there; give them that right, or other keys`;
}

/** Why no answer came. */
export function noAnswer(error: Error, whom: Whom): BackfillError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why =
    code === 'ECONNREFUSED'
      ? 'nothing listens there; start the server, or give its address with ?endpoint= or AWS_ENDPOINT_URL'
      : code === 'ENOTFOUND'
        ? 'there is no host of that name; look at ?endpoint= or AWS_ENDPOINT_URL, and at the region'
        : `no answer came: ${message || String(code)}`;
  return unusable(whom, why, error);
}

function unusable({ access, where }: Whom, why: string, cause?: Error): BackfillError {
  const message = `the store ${where} cannot be used: ${new URL(access.base).host}: ${why}`;
  return new BackfillError('store-unusable', message, { scope: 'run', ...(cause && { cause }) });
}
