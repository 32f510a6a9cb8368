/**
 * What may import what: the folders of `src/`, and inside the large ones the folders of its steps and the files that
 * join them. Each imports from its own folder and from those before it.
 */
import { dirname, resolve, sep } from 'node:path';

/** From the lowest; those of one line know nothing of each other. */
const ORDERS = [
  {
    folder: 'src',
    lines: [
      ['core'],
      ['market'],
      ['s3', 'redis'],
      ['providers', 'store', 'simulator'],
      ['backfill', 'copy', 'testing'],
      ['pool', 'queue', 'report', 'monitor'],
      ['library', 'pages'],
      ['server'],
      ['index.ts', 'provider.ts', 'arrow.ts', 'terminal.ts'],
      ['cli', 'qmtl'],
    ],
  },
  {
    folder: 'src/core',
    lines: [
      ['option-name.ts'],
      [
        'errors.ts',
        'fnv.ts',
        'plural.ts',
        'currency.ts',
        'quoted.ts',
        'grouped.ts',
        'extremes.ts',
        'closest.ts',
        'loopback.ts',
        'without-password.ts',
      ],
      ['seal.ts'],
      ['shown.ts', 'known-names.ts', 'percent.ts', 'same-store.ts', 'for-shell.ts'],
      ['option-kinds.ts'],
      ['session'],
      ['calendar'],
      ['bars'],
      ['instrument', 'actions'],
      ['universe'],
      ['coverage'],
      ['adjust', 'checks', 'plan'],
    ],
  },
  {
    folder: 'src/backfill',
    lines: [
      ['compared-sessions.ts', 'drift.ts', 'readable-renames.ts', 'told-actions.ts'],
      ['stop.ts'],
      ['runner.ts'],
      ['failure.ts'],
      ['run', 'judge'],
      ['want'],
      ['plan'],
      ['plan-file', 'task', 'settle'],
      ['backfill.ts'],
      ['note-ahead.ts'],
    ],
  },
  {
    folder: 'src/store/parquet',
    lines: [
      ['codec'],
      ['files'],
      ['bucket', 'partition'],
      ['beside'],
      ['sql', 'forgotten', 'series.ts', 'upsert.ts', 'scan.ts', 'holdings.ts', 'lookalikes.ts', 'held.ts'],
      ['doctor', 'edit.ts'],
      ['index.ts'],
    ],
  },
];

/** Imports that no order of folders forbids. */
const FORBIDDEN = [
  {
    from: /^src\/(?!pages\/)/,
    to: /^src\/pages\//,
    message: 'what runs in a browser is bundled for that, and imported by nobody',
  },
  {
    from: /^src\/cli\//,
    to: /^src\/(?!cli\/|index\.ts$|terminal\.ts$)/,
    message: 'the command line uses the library (src/index.ts) and its own words (src/terminal.ts) only',
  },
  {
    from: /^src\/qmtl\//,
    to: /^src\/(?!qmtl\/|index\.ts$|provider\.ts$)/,
    message: 'an adapter uses what the package exports (src/index.ts, src/provider.ts) only',
  },
  {
    from: /^src\/(?!store\/)/,
    to: /^src\/store\/(?:parquet|postgres)\//,
    message: 'what is above the store knows its port, whatever it is made of',
  },
  {
    from: /^src\/store\/parquet\/(?!files\/|index\.ts$)/,
    to: /^src\/(store\/parquet\/files\/(calls|commit|commit-fs|disk|folder|in-the-way|lasting|lock|near|open-file|paced|shared-sync|stamp|sweep)\.ts|market\/plain-file\.ts)$/,
    message: 'a store knows its files by their port (files/blobs.ts), whatever they lie in',
  },
];

/** Packages that may not be imported from anywhere. */
const PACKAGES = [
  { from: /^src\/core\//, of: /./, message: 'core is pure: no packages, no node modules' },
  {
    from: /^src\/store\/(?!parquet\/files\/)/,
    of: /^(node:)?fs(\/|$)/,
    message: 'a store knows its files by their port (files/blobs.ts), whatever they lie in',
  },
];

/** What is wrong with an import of a package or of a module of Node; undefined if nothing is. */
export function wrongPackage(from, name) {
  return PACKAGES.find((one) => one.from.test(from) && one.of.test(name))?.message;
}

/** What of a folder a path belongs to, and its rank; undefined for a path elsewhere. */
function placeIn({ folder, lines }, path) {
  if (!path.startsWith(`${folder}/`)) return undefined;
  const [name] = path.slice(folder.length + 1).split('/');
  return { name, rank: lines.findIndex((line) => line.includes(name)) };
}

/** What is wrong with an import between two paths below the root, with `/`; undefined if nothing is. */
export function wrongImport(from, to) {
  const forbidden = FORBIDDEN.find((one) => one.from.test(from) && one.to.test(to));
  if (forbidden !== undefined) return forbidden.message;
  for (const order of ORDERS) {
    const [importing, imported] = [placeIn(order, from), placeIn(order, to)];
    if (importing === undefined || imported === undefined || importing.name === imported.name) continue;
    const unplaced = [importing, imported].find(({ rank }) => rank === -1);
    if (unplaced !== undefined)
      return `${order.folder}/${unplaced.name} has no place in test/lint/layers.mjs`;
    if (importing.rank <= imported.rank)
      return `${order.folder}/${importing.name} stands below or beside ${imported.name} and cannot import it`;
  }
  return undefined;
}

/** A path below the root of the project, with `/`, wherever the project lies. */
function belowRoot(cwd, path) {
  return path.slice(cwd.length + 1).replaceAll(sep, '/');
}

const order = {
  create(context) {
    const from = belowRoot(context.cwd, context.filename);
    const check = ({ source }) => {
      if (source === null || source === undefined || source.type !== 'Literal') return;
      const name = String(source.value);
      const message = name.startsWith('.')
        ? wrongImport(from, belowRoot(context.cwd, resolve(dirname(context.filename), name)))
        : wrongPackage(from, name);
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

export default { meta: { name: 'layers' }, rules: { order } };
