import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Need } from '../needs.ts';

/** The right to make network namespaces: root's. */
export const NAMESPACES: Need = { isMet: mayMakeNamespaces(), lack: 'no right to make network namespaces' };

/** Machines with a network of their own each, joined by a switch that this machine is at too. */
export interface Network {
  /** This machine's address for the others. */
  readonly address: string;
  /** Lets them reach a server of this machine's loopback at the same port of `address`. */
  publish(port: number): Promise<void>;
  /** A command that runs on one of them. */
  on(host: string, command: readonly string[]): readonly string[];
  /** What is sent to or from it is lost from now on, without a word; and is not any more. */
  cut(host: string): void;
  mend(host: string): void;
  destroy(): Promise<void>;
}

/** Makes a network of these machines. Needs `NAMESPACES`. */
export async function openNetwork(hosts: readonly string[]): Promise<Network> {
  const id = randomBytes(3).toString('hex');
  const [switchName, subnet] = [`bf${id}`, freeSubnet()];
  const address = `${subnet}.1`;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const space = (host: string): string => `bf${id}-${host}`;
  const cable = (host: string): string => `bf${id}v${hosts.indexOf(host)}`;
  const destroy = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    for (const host of hosts) spawnSync('ip', ['netns', 'delete', space(host)]);
    spawnSync('ip', ['link', 'delete', switchName]);
  };
  try {
    ip('link', 'add', switchName, 'type', 'bridge');
    ip('address', 'add', `${address}/24`, 'dev', switchName);
    ip('link', 'set', switchName, 'up');
    for (const [i, host] of hosts.entries()) {
      ip('netns', 'add', space(host));
      ip('link', 'add', cable(host), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space(host));
      ip('link', 'set', cable(host), 'master', switchName, 'up');
      ip('-n', space(host), 'address', 'add', `${subnet}.${i + 2}/24`, 'dev', 'eth0');
      ip('-n', space(host), 'link', 'set', 'eth0', 'up');
      ip('-n', space(host), 'link', 'set', 'lo', 'up');
    }
  } catch (error) {
    await destroy();
    throw error;
  }
  return {
    ...{ address, destroy },
    publish: async (port) => {
      const server = createServer((far) => joinSockets(far, connect(port, '127.0.0.1'), sockets));
      servers.push(server.listen(port, address));
      await once(server, 'listening');
    },
    on: (host, command) => ['ip', 'netns', 'exec', space(host), ...command],
    cut: (host) => ip('link', 'set', cable(host), 'down'),
    mend: (host) => ip('link', 'set', cable(host), 'up'),
  };
}

function joinSockets(far: Socket, near: Socket, all: Set<Socket>): void {
  for (const [one, other] of [
    [far, near],
    [near, far],
  ] as const) {
    all.add(one);
    one.setNoDelay(true);
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => {
      all.delete(one);
      other.destroy();
    });
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function mayMakeNamespaces(): boolean {
  const name = `bf${randomBytes(3).toString('hex')}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return false;
  const canLink = spawnSync('ip', ['link', 'add', name, 'type', 'bridge']).status === 0;
  spawnSync('ip', ['link', 'delete', name]);
  spawnSync('ip', ['netns', 'delete', name]);
  return canLink;
}

/** One of the networks that are nobody's on this machine. */
function freeSubnet(): string {
  const taken = execFileSync('ip', ['-o', '-4', 'address'], { encoding: 'utf8' });
  for (let third = 16; third < 256; third++)
    if (!taken.includes(`10.213.${third}.`)) return `10.213.${third}`;
  throw new Error('no network is free');
}
