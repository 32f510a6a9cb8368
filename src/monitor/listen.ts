import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { BackfillError } from '../core/errors.ts';
import { shown } from '../core/shown.ts';

/** Why an address cannot be listened at, by the system's code. */
const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already; name another port, or 0 for any free one',
  EACCES: 'this user may not listen there; name a port above 1023, or 0 for any free one',
  EADDRNOTAVAIL: 'this machine has no such address; 127.0.0.1 is itself alone, 0.0.0.0 all that it has',
  EINVAL: 'one of a link needs its interface too, such as fe80::1%eth0',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'there is no host of that name',
};

/**
 * Has a server listen at an address or a name; port 0: any free one. Gives the port. Throws `usage` where it cannot, which
 * begins with `cannot`, such as "the dashboard cannot listen at".
 */
export function listenAt(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  cannot: string,
): Promise<number> {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return Promise.reject(
      new BackfillError(
        'usage',
        `${cannot} port ${shown(port)}: must be a whole number from 0 to 65535, 0 for any free one`,
      ),
    );
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => {
      const why = WHY[cause.code ?? ''] ?? cause.message;
      const name = isIPv6(host) ? `[${host}]` : host;
      reject(new BackfillError('usage', `${cannot} ${name}:${port}: ${why}`, { cause }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Ends a server, whoever is still connected. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
