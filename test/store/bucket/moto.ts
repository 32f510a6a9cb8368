import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

/** Keys of a user of a server. */
export interface UserKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A server of S3's that is not ours, on loopback, with a bucket `lake`. */
export interface Moto {
  readonly endpoint: string;
  /** The users' keys, by their names. */
  readonly keys: ReadonlyMap<string, UserKeys>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../../.venv/bin/moto_server', import.meta.url));

/** Calls that make a user, with keys and a policy. */
const CALLS_OF_A_USER = 3;

/**
 * Starts one. With users, and what each may do, it looks at signatures and rights; without, it lets everybody do anything.
 */
export async function startMoto(users: Readonly<Record<string, readonly string[]>> = {}): Promise<Moto> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const names = Object.keys(users);
  const free = 1 + CALLS_OF_A_USER * names.length;
  const env = { ...process.env, ...(names.length > 0 && { INITIAL_NO_AUTH_ACTION_COUNT: String(free) }) };
  const child = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', env });
  await vi.waitFor(() => fetch(`${endpoint}/moto-api/`), { timeout: 20_000, interval: 100 });
  await fetch(`${endpoint}/lake`, { method: 'PUT', headers: somebody('s3') });
  const keys = new Map<string, UserKeys>();
  for (const [name, actions] of Object.entries(users)) {
    await iam(endpoint, { Action: 'CreateUser', UserName: name });
    const policy = {
      Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
      Version: '2012-10-17',
    };
    const how = { UserName: name, PolicyName: 'some', PolicyDocument: JSON.stringify(policy) };
    await iam(endpoint, { Action: 'PutUserPolicy', ...how });
    const made = await iam(endpoint, { Action: 'CreateAccessKey', UserName: name });
    const of = (field: string): string => new RegExp(`<${field}>([^<]*)<`).exec(made)?.[1] ?? '';
    keys.set(name, { accessKeyId: of('AccessKeyId'), secretAccessKey: of('SecretAccessKey') });
  }
  return {
    ...{ endpoint, keys },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

/** Whoever he is: it asks for a name only. */
export function somebody(service: string): { readonly authorization: string } {
  const scope = `somebody/20261129/us-east-1/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` };
}

async function iam(endpoint: string, action: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ ...action, Version: '2010-05-08' });
  const answer = await fetch(endpoint, { method: 'POST', headers: somebody('iam'), body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`moto: ${text}`);
  return text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
