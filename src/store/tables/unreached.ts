import { BackfillError } from '../../core/errors.ts';
import { Conflict } from '../parquet/files/blobs.ts';

/** What the server, or the system on the way to it, calls an error; undefined for what is neither's. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof BackfillError || error instanceof Conflict)
    return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** What the client says without a code of a connection that broke. */
const CUT =
  /^(Connection terminated|timeout exceeded|Client has encountered a connection error|Client was closed)/;

/** What the system's codes mean. */
const UNREACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'no route leads there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOENT: 'there is no such socket',
};

/** Why a server cannot be reached, in words; undefined for what is no trouble of the way to it. */
export function unreached(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof BackfillError) return undefined;
  const code = codeOf(error);
  if (code === undefined) return CUT.test(error.message) ? 'the connection was cut' : undefined;
  return UNREACHED[code];
}
