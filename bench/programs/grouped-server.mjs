// node bench/programs/grouped-server.mjs FOLDER LOG [LATENCY_MS]
// Serves a folder of rendered answers (see bench/market/grouped.ts and flat.ts) at a free port of this machine, which it prints first.
// LOG gets a line of JSON a request as it arrives: path, query, and the bytes of its answer, 0 where there is none.
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [folder, log, latencyMs = '0'] = process.argv.slice(2);

/** Name of the file of an answer. */
function fileOf({ pathname, searchParams }) {
  const [, day] = /^\/v2\/aggs\/grouped\/locale\/us\/market\/stocks\/([\d-]+)$/.exec(pathname) ?? [];
  if (day !== undefined) return `${day}.json.gz`;
  const [, file] =
    /^\/flatfiles\/us_stocks_sip\/minute_aggs_v1\/\d{4}\/\d\d\/([\d-]+\.csv\.gz)$/.exec(pathname) ?? [];
  if (file !== undefined) return file;
  const [, list] = /^\/v3\/reference\/(splits|dividends)$/.exec(pathname) ?? [];
  return list === undefined ? undefined : `${list}-${Number(searchParams.get('cursor') ?? 0)}.json.gz`;
}

function bodyOf(url) {
  const file = fileOf(url);
  try {
    return file === undefined ? undefined : readFileSync(join(folder, file));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  const body = bodyOf(url);
  const entry = { path: url.pathname, query: url.search, bytes: body?.length ?? 0 };
  appendFileSync(log, `${JSON.stringify(entry)}\n`);
  setTimeout(() => {
    if (body === undefined) response.writeHead(404).end('{"status":"NOT_FOUND"}');
    // A file is packed as it is; an answer is packed on its way.
    else if (url.pathname.endsWith('.gz')) response.writeHead(200).end(body);
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
  }, Number(latencyMs));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
