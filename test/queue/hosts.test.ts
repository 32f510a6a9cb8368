import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../needs.ts';
import { NAMESPACES, type Network, openNetwork } from './hosts.ts';

/** Says `tick` again and again to whoever connects, and hears nothing. */
const TICKER = createServer((socket) => {
  const timer = setInterval(() => socket.write('tick\n'), 20);
  socket.on('close', () => clearInterval(timer));
  socket.on('error', () => undefined);
});

describeWith(NAMESPACES)('a network of machines', () => {
  let network: Network;
  let port: number;
  beforeAll(async () => {
    TICKER.listen(0, '127.0.0.1');
    await once(TICKER, 'listening');
    ({ port } = TICKER.address() as { port: number });
    network = await openNetwork(['one', 'two']);
    await network.publish(port);
  });
  afterAll(async () => {
    await network.destroy();
    TICKER.close();
  });

  it('loses what is sent to one that is cut off, and to no other, without a word', async () => {
    const listeners = ['one', 'two'].map((host) => {
      const [program = '', ...args] = network.on(host, [
        ...['bash', '-c', `exec 3<>/dev/tcp/${network.address}/${port}; cat <&3`],
      ]);
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let heard = 0;
      child.stdout.on('data', (data: Buffer) => (heard += data.length));
      return { child, heard: () => heard };
    });
    const [one, two] = listeners as [(typeof listeners)[0], (typeof listeners)[0]];
    const more = async ({ heard }: typeof one): Promise<number> => {
      const before = heard();
      await sleep(300);
      return heard() - before;
    };
    await expect.poll(() => Math.min(one.heard(), two.heard())).toBeGreaterThan(0);
    network.cut('one');
    await sleep(50);
    await expect(Promise.all([more(one), more(two)])).resolves.toStrictEqual([0, expect.any(Number)]);
    await expect(more(two)).resolves.toBeGreaterThan(0);
    expect(one.child.exitCode).toBeNull();
    network.mend('one');
    await expect.poll(() => more(one)).toBeGreaterThan(0);
    for (const { child } of listeners) child.kill('SIGKILL');
  });
});
