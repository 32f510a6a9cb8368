// Makes the pictures of a terminal that the README shows, of the sample market: `npm run build`, then this. Needs tmux.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [CHAR, LINE, EDGE] = [8, 18, 12];
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };
const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'backfill-terminal-picture-'));

/** Reads the runs of one look, of lines with escapes in their order: a look lasts until another one is said. */
function reader() {
  let look = { bold: false, colour: undefined };
  return (line) =>
    line.split('\u001B[').flatMap((piece, i) => {
      const [, codes, text] = i === 0 ? ['', '', piece] : (/^([\d;]*)m(.*)$/s.exec(piece) ?? ['', '', piece]);
      for (const code of i === 0 ? [] : codes.split(';').map(Number)) {
        if (code === 0) look = { bold: false, colour: undefined };
        else if (code === 1) look = { ...look, bold: true };
        else if (code === 22) look = { ...look, bold: false };
        else if (code === 39) look = { ...look, colour: undefined };
        else look = { ...look, colour: COLOURS[code] ?? look.colour };
      }
      return text === '' ? [] : [{ text, ...look }];
    });
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(' ', '\u00A0');
}

/** A screen as SVG: each run of text in its place on the grid, whatever font draws it. */
function svgOf(screen, title, columns = 80) {
  const lines = screen.replaceAll(/\s+$/g, '').split('\n');
  const runsOf = reader();
  const texts = lines.flatMap((line, row) => {
    let column = 0;
    return runsOf(line).map(({ text, bold, colour }) => {
      const [x, y] = [EDGE + column * CHAR, EDGE + (row + 0.75) * LINE];
      column += [...text].length;
      const look = `${bold ? ' font-weight="bold"' : ''}${colour ? ` fill="${colour}"` : ''}`;
      const length = [...text].length * CHAR;
      return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${look}>${escaped(text)}</text>`;
    });
  });
  const [width, height] = [columns * CHAR + 2 * EDGE, lines.length * LINE + 2 * EDGE];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">`,
    `<rect width="${width}" height="${height}" rx="6" fill="#0d1117"/>`,
    '<g font-family="ui-monospace,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" font-size="13" fill="#e6edf3">',
    ...texts,
    '</g></svg>\n',
  ].join('\n');
}

const program = (name) => [process.execPath, fromRoot(`dist/src/cli/${name}.js`)];
const socket = `backfill-picture-${process.pid}`;
const tmux = (...args) =>
  execFileSync('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
const screen = () => tmux('capture-pane', '-p', '-e');
const plain = () => tmux('capture-pane', '-p');
async function until(text) {
  for (const since = performance.now(); !text.test(plain()); await sleep(50))
    if (performance.now() - since > 60_000) throw new Error(`never shown: ${text}\n${plain()}`);
}
async function type(command) {
  tmux('send-keys', '-l', command);
  tmux('send-keys', 'Enter');
}

const [node, backfill] = program('backfill');
const simulator = spawn(
  node,
  [backfill, 'simulate', '--from', 'sample', '--latency', '900ms', '--now', '2026-03-02T23:00:00Z'],
  {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
const [said] = await once(createInterface({ input: simulator.stdout }), 'line');
const url = /http:\S+/.exec(said)?.[0] ?? '';
const options = {
  'provider-url': `yahoo=${url}`,
  days: 252,
  workers: 2,
  concurrency: 2,
  now: '2026-03-02T23:00:00Z',
};
const tickers = 'ALFA,BRIQ,CORV,DUNO,ELNA,FJRD,GLYF,HAZL,IBYX,JUNP,KELV,LUMO,NOIX.PA,KAZE.T,NOSUCH';
await writeFile(join(folder, 'backfill.config.json'), JSON.stringify({ ...options, tickers }));
const bin = [
  `backfill() { ${node} ${backfill} "$@"; }`,
  `check-data() { ${program('check-data').join(' ')} "$@"; }`,
];
await writeFile(join(folder, 'bashrc'), [...bin, "PS1='$ '"].join('\n'));
const environment = `env -i TERM=screen-256color LANG=C.UTF-8 PATH=/usr/bin:/bin HOME='${folder}'`;
const shell = `${environment} bash --noprofile --rcfile bashrc -i`;
tmux('new-session', '-d', '-x', '80', '-y', '24', '-c', folder, shell);
try {
  await until(/\$ *$/m);
  await type('backfill');
  await until(/\[\w.* [6-9]\/15/);
  const picture = (name) => fromRoot(`bench/published/${name}.svg`);
  await writeFile(picture('terminal-run'), svgOf(screen(), 'A run on a terminal of 80 columns'));
  await until(/\$ *$/m);
  tmux('resize-window', '-x', '96', '-y', '24');
  await type('clear; check-data ALFA HAZL NOIX.PA NOSUCH --days 300 --now 2026-03-05T23:00:00Z');
  await until(/Coverage: [^]*\$\s*$/);
  await writeFile(picture('terminal-check-data'), svgOf(screen(), 'A report of coverage', 96));
} finally {
  tmux('kill-server');
  simulator.kill();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
}
