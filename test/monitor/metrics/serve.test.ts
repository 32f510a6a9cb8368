import { request } from 'node:http';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { serveMetrics } from '../../../src/monitor/metrics/serve.ts';

/** The status of an answer to a request that calls the server so. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

it.each(['127.0.0.1', '127.0.0.2', 'localhost'])(
  'on %s no page reads it by a name of its own',
  async (host) => {
    const server = await serveMetrics(new Registry(), { host, port: 0 });
    try {
      for (const name of ['evil.example', '127.0.0.1.evil.example', '10.0.0.1'])
        expect([name, await statusFor(server.url, name)]).toEqual([name, 403]);
      for (const name of ['127.0.0.1', '127.0.0.2:80', 'localhost:9464', '[::1]:9464'])
        expect([name, await statusFor(server.url, name)]).toEqual([name, 200]);
    } finally {
      await server.close();
    }
  },
);
