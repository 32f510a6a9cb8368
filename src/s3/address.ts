import { BackfillError } from '../core/errors.ts';
import { withoutPassword } from '../core/without-password.ts';

/** Where objects lie. */
export interface BucketAddress {
  readonly bucket: string;
  /** What all keys begin with, without a slash at either end; empty: with nothing. */
  readonly prefix: string;
  /** Of a server that is not Amazon's, or not where the environment says. Default: what that says. */
  readonly endpoint?: string;
  /** Default: what the environment says. */
  readonly region?: string;
}

const FORM = 's3://BUCKET/PREFIX, with ?endpoint=https://SERVER for a server that is not AWS';
const NAME = /^[a-z\d][a-z\d._-]{1,62}$/i;

/** The address in a URL `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`. Throws `usage`, without what may be a secret. */
export function bucketAddressIn(text: string): BucketAddress {
  const [, authority = '', path = '', query = ''] =
    /^s3:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?$/i.exec(text) ?? [];
  // What stands before an @ are keys, and a secret often has a slash.
  if (/[@:]/.test(authority))
    throw new BackfillError(
      'usage',
      `keys do not belong into the URL of a store: write ${FORM}, and the keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    );
  const prefix = decoded(path)
    ?.split('/')
    .filter((part) => part !== '') ?? ['.'];
  if (!NAME.test(authority) || prefix.includes('.') || prefix.includes('..'))
    throw new BackfillError(
      'usage',
      `"${withoutPassword(text).split('?')[0]}" names no bucket; write ${FORM}`,
    );
  const parameters = new URLSearchParams(query);
  const stranger = [...parameters.keys()].find((name) => name !== 'endpoint' && name !== 'region');
  if (stranger !== undefined)
    throw new BackfillError(
      'usage',
      `the URL of a bucket has no ${stranger}; write ${FORM}, or &region=NAME`,
    );
  const [endpoint, region] = [parameters.get('endpoint') ?? '', parameters.get('region') ?? ''];
  if (endpoint !== '') assertEndpoint(endpoint, 'endpoint');
  return {
    ...{ bucket: authority, prefix: prefix.join('/') },
    ...(endpoint !== '' && { endpoint }),
    ...(region !== '' && { region }),
  };
}

/** The URL of an address, by which it is found again; no secret is in it. */
export function bucketUrl({ bucket, prefix, endpoint, region }: BucketAddress): string {
  const query = new URLSearchParams({ ...(endpoint && { endpoint }), ...(region && { region }) }).toString();
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}${query === '' ? '' : `?${query}`}`;
}

/** Throws `usage` for what is no address of a server; `called`: where it stands. */
export function assertEndpoint(text: string, called: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return;
  const shown = url?.username || text.includes('@') ? 'it' : `"${withoutPassword(text)}"`;
  throw new BackfillError(
    'usage',
    `${called}: ${shown} is no address of a server, such as https://SERVER:PORT without keys, which stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
  );
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
