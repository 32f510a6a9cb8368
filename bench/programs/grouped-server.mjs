// node bench/programs/grouped-server.mjs FOLDER LOG
// Serves a folder of rendered answers (see bench/market/grouped.ts) at a free port of this machine, which it prints first.
// LOG gets a line a request that has been answered, before its answer is sent: path, query, bytes.
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [folder, log] = process.argv.slice(2);

/** Name of the file of an answer. */
function fileOf({ pathname, searchParams }) {
  const [, day] = /^\/v2\/aggs\/grouped\/locale\/us\/market\/stocks\/(.+)$/.exec(pathname) ?? [];
  if (day !== undefined) return `${day}.json.gz`;
  const [, list] = /^\/v3\/reference\/(splits|dividends)$/.exec(pathname) ?? [];
  return list === undefined ? undefined : `${list}-${searchParams.get('cursor') ?? 0}.json.gz`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  try {
    const body = readFileSync(join(folder, fileOf(url)));
    appendFileSync(log, `${JSON.stringify({ path: url.pathname, query: url.search, bytes: body.length })}\n`);
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(body);
  } catch {
    appendFileSync(log, `${JSON.stringify({ path: url.pathname, query: url.search, bytes: 0 })}\n`);
    response.writeHead(404).end('{"status":"NOT_FOUND"}');
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
