import { Writable } from 'node:stream';
import type pg from 'pg';
import { BackfillError } from '../../core/errors.ts';
import { inOneLine } from '../../core/quoted.ts';

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** What we use of `pg`, its connections such that one which breaks ends nobody. */
export async function driver(server: string): Promise<Pick<typeof pg, 'Pool' | 'Client'>> {
  const { Pool, Client } = await loaded(server);
  return {
    Pool,
    Client: class extends Client {
      constructor(config?: string | pg.ClientConfig) {
        super(config);
        // What breaks it is told by its query, or by the next one; a pool listens only to those that nobody uses.
        this.on('error', () => {});
        const own = this as { password?: unknown };
        // It looks into the file itself, and tells the user that it soon will not.
        if (own.password === null) own.password = passwordInFile;
      }

      override connect(): Promise<pg.Client>;
      override connect(callback: Connected): void;
      /** One that was refused is closed: it would keep the process until the server has enough. */
      override connect(callback?: Connected): Promise<pg.Client> | void {
        const connected = super.connect().catch((error: unknown) => {
          this.end().catch(() => {});
          throw error;
        });
        if (callback === undefined) return connected;
        const told = callback as (error: unknown, client?: pg.Client) => void;
        connected.then((client) => told(null, client), told);
      }
    },
  };
}

async function loaded(server: string): Promise<typeof pg> {
  try {
    return (await import('pg')).default;
  } catch (error) {
    throw new BackfillError('store-unusable', `the package pg, which speaks to ${server}, does not load`, {
      cause: error,
    });
  }
}

/** A server wants a password, and nobody has said one. */
export class NoPassword extends Error {
  override readonly name = 'NoPassword';
}

/** Where the password is looked for that a server wants, in PostgreSQL's own words. */
interface Whose {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The one of `~/.pgpass`, or of the file in PGPASSFILE. Throws `NoPassword`. */
async function passwordInFile(whose: Whose): Promise<string> {
  const { default: find } = await import('pgpass');
  let said = '';
  find.warnTo(
    new Writable({
      write: (text, _, done) => {
        said = String(text);
        done();
      },
    }),
  );
  const found = await new Promise<string | undefined>((resolve) => find(whose, resolve));
  if (found !== undefined) return found;
  const why = inOneLine(said.replace(/^WARNING: /, '')).trim();
  throw new NoPassword(
    `wants a password, and there is none${why === '' ? '' : ` (${why})`}; set PGPASSWORD, or write it into ~/.pgpass`,
  );
}
