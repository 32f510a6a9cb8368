import { homedir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { BackfillError } from '../core/errors.ts';
import { readTextFileIfAny } from '../market/text-file.ts';
import { type BucketAddress, assertEndpoint, bucketUrl } from './address.ts';
import { type BucketKeys, DEFAULT_REGION } from './signed.ts';

/** How a bucket is reached. */
export interface BucketAccess {
  readonly keys: BucketKeys;
  /** Where the keys are from, for messages: variables, or a profile. */
  readonly keysFrom: string;
  readonly region: string;
  /** What addresses of its objects begin with. */
  readonly base: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * How a bucket is reached, as the AWS tools have it: keys of the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
 * `AWS_SESSION_TOKEN`), else of the profile `AWS_PROFILE` of `~/.aws/credentials` and `~/.aws/config`; server and region of
 * the address, else of `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` and `AWS_REGION`, else of the profile. A server that is given
 * is asked in path style. Throws `usage` where there are no keys.
 */
export function accessTo(address: BucketAddress, variables: Variables = env): BucketAccess {
  const said = (...names: string[]): string | undefined =>
    names.map((name) => variables[name]?.trim()).find((value) => value);
  const name = said('AWS_PROFILE') ?? 'default';
  const profile = profileOf(name, said);
  const [id, secret, token] = KEYS.map((key) => said(key.toUpperCase()));
  const isGiven = id !== undefined && secret !== undefined;
  const [accessKeyId, secretAccessKey, sessionToken] = isGiven
    ? [id, secret, token]
    : KEYS.map((key) => profile.get(key));
  if (!accessKeyId || !secretAccessKey) throw noKeys(address, name, said('AWS_PROFILE') !== undefined);
  const region =
    address.region ?? said('AWS_REGION', 'AWS_DEFAULT_REGION') ?? profile.get('region') ?? DEFAULT_REGION;
  return {
    keys: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    keysFrom: isGiven
      ? 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
      : `the profile ${name} of ~/.aws/credentials`,
    ...{ region, base: baseOf(address, region, endpointOf(address, said, profile)) },
  };
}

const KEYS = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'];

type Said = (...names: string[]) => string | undefined;

function endpointOf(
  { endpoint }: BucketAddress,
  said: Said,
  profile: ReadonlyMap<string, string>,
): string | undefined {
  if (endpoint !== undefined) return endpoint;
  for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']) {
    const given = said(name);
    if (given === undefined) continue;
    assertEndpoint(given, name);
    return given;
  }
  const own = profile.get('endpoint_url');
  if (own !== undefined) assertEndpoint(own, 'endpoint_url of the profile');
  return own;
}

/** A bucket of Amazon's has a host of its own, unless its name has dots, for which no certificate stands. */
function baseOf({ bucket }: BucketAddress, region: string, endpoint: string | undefined): string {
  if (endpoint !== undefined) return `${endpoint.replace(/\/$/, '')}/${bucket}`;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return bucket.includes('.')
    ? `https://s3.${region}.${domain}/${bucket}`
    : `https://${bucket}.s3.${region}.${domain}`;
}

/** What the two files say of a profile. */
function profileOf(name: string, said: Said): ReadonlyMap<string, string> {
  const folder = join(homedir(), '.aws');
  const files = [
    {
      path: said('AWS_CONFIG_FILE') ?? join(folder, 'config'),
      section: name === 'default' ? name : `profile ${name}`,
    },
    { path: said('AWS_SHARED_CREDENTIALS_FILE') ?? join(folder, 'credentials'), section: name },
  ];
  return new Map(
    files.flatMap(({ path, section }) => [...settingsIn(readTextFileIfAny(path, path) ?? '', section)]),
  );
}

/** The lines `name = value` below `[section]`. */
function settingsIn(text: string, section: string): Map<string, string> {
  const settings = new Map<string, string>();
  let isIn = false;
  for (const line of text.split(/\r?\n/)) {
    const [, head] = /^\s*\[\s*(.*?)\s*\]/.exec(line) ?? [];
    if (head !== undefined) isIn = head.replaceAll(/\s+/g, ' ') === section;
    const [, key, value] = /^([a-z_]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    if (isIn && key !== undefined && value !== undefined) settings.set(key.toLowerCase(), value);
  }
  return settings;
}

function noKeys(address: BucketAddress, profile: string, isNamed: boolean): BackfillError {
  const lack = isNamed ? `the profile ${profile} has none` : 'there are none';
  const what =
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ~/.aws/credentials in AWS_PROFILE';
  return new BackfillError('usage', `no keys for ${bucketUrl(address)}: ${lack}; ${what}`);
}
