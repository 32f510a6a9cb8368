import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_COMMAND } from '../../src/cli/commands.ts';
import { valuesOf } from '../cli/meant.ts';
import { ROOT } from '../package/checkout.ts';
import { README } from '../readme/blocks.ts';
import { COMPOSE_TEXT, PROGRAMS, SECRETS, interpolated, service, settingsOf } from './compose-file.ts';
import { EXAMPLES, RESOURCE_PROFILES } from './environment-example.ts';

/** Read by Docker Compose itself. */
const OF_COMPOSE = ['COMPOSE_PROFILES'];

const environments = PROGRAMS.map(([, { environment = {} }]) => environment);
/** Set by the shell or .env under the name that the programs know. */
const passedOn = environments.flatMap((all) => Object.keys(all).filter((name) => all[name] === null));

const unique = (names: readonly string[]): string[] => [...new Set(names)].toSorted();

describe('.env.example', () => {
  it('has every variable that compose.yaml reads, and no other', () => {
    const filled = COMPOSE_TEXT.replaceAll('$$', '').matchAll(/\$\{(\w+)/g);
    const read = unique([...[...filled].map(([, name = '']) => name), ...passedOn, ...OF_COMPOSE]);
    expect(read.length).toBeGreaterThan(40);
    expect(unique(EXAMPLES.map(({ name }) => name))).toEqual(read);
  });

  it('sets nothing but what has to be made up, and no secret', () => {
    const set = EXAMPLES.filter(({ isSet }) => isSet);
    expect(set.map(({ name }) => name).toSorted()).toEqual(Object.keys(SECRETS).toSorted());
    const secrets = EXAMPLES.filter(({ name }) => /PASSWORD|TOKEN|KEY|SECRET/.test(name));
    expect(secrets.length).toBeGreaterThan(12);
    expect(secrets.filter(({ value }) => value !== '')).toEqual([]);
  });

  it('has three resource profiles, of which the middle one counts where none is chosen', () => {
    expect([...RESOURCE_PROFILES.keys()]).toEqual(['Free tier', 'Standard', 'High']);
    const [free, standard = {}, high] = RESOURCE_PROFILES.values();
    expect(Object.keys(free ?? {})).toEqual(Object.keys(standard));
    expect(Object.keys(high ?? {})).toEqual(Object.keys(standard));
    const withoutAny = interpolated(COMPOSE_TEXT, SECRETS);
    expect(interpolated(COMPOSE_TEXT, { ...SECRETS, ...standard })).toBe(withoutAny);
    // Every one of them is read where it stands for another value.
    for (const name of Object.keys(standard))
      expect(interpolated(COMPOSE_TEXT, { ...SECRETS, [name]: 'another' }), name).not.toBe(withoutAny);
  });

  it.each([...RESOURCE_PROFILES])('has a profile "%s" whose values the program takes', (_, profile) => {
    const settings = settingsOf(service('worker'), { ...SECRETS, ...profile });
    expect(valuesOf('', settings)).toMatchObject({
      workers: Number(profile['BACKFILL_WORKERS']),
      concurrency: Number(profile['BACKFILL_CONCURRENCY']),
    });
    expect(settings).toMatchObject({ 'rate-share': profile['BACKFILL_RATE_SHARE'] });
  });

  it('has the profiles that the README tells', () => {
    const told = [...RESOURCE_PROFILES].map(([title, profile]) => {
      const size = profile['WORKER_MEMORY']?.replace('M', ' MB').replace('G', ' GB');
      return [
        ...[`_${title.toLowerCase()}_`, profile['WORKER_REPLICAS'], profile['BACKFILL_WORKERS']],
        ...[profile['BACKFILL_CONCURRENCY'], `${profile['WORKER_CPUS']}, ${size}`],
        profile['BACKFILL_RATE_SHARE'],
      ];
    });
    const rows = README.split('\n').filter((line) => /^\| _(free tier|standard|high)_ /.test(line));
    // Without what it is for.
    const cells = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells.map((row) => row.toSpliced(1, 1))).toEqual(told);
  });

  it.each([
    ['CELERY_BROKER_URL', 'redis://other:6379/1', 'queue'],
    ['WORKER_CONCURRENCY', '7', 'concurrency'],
    ['WORKER_MAX_TASKS_PER_CHILD', '50', 'recycle-after'],
  ])('has %s in place of our name for it, which goes first', (other, value, option) => {
    const worker = service('worker');
    const own = `BACKFILL_${option.toUpperCase().replaceAll('-', '_')}`;
    expect(settingsOf(worker, { ...SECRETS, [other]: value })[option]).toBe(value);
    expect(settingsOf(worker, { ...SECRETS, [other]: value, [own]: '9' })[option]).toBe('9');
  });
});

describe('what compose.yaml tells the programs by the environment', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .join('\n');
  const options = new Set(EVERY_COMMAND.flatMap((command) => Object.keys(command.options)));
  const optionOf = (name: string): string =>
    name.slice('BACKFILL_'.length).toLowerCase().replaceAll('_', '-');
  /** Those of a server's own tools are put together from parts, or read by a package. */
  const ofServers = /^(AWS_|PG)/;
  const isRead = (name: string): boolean =>
    (name.startsWith('BACKFILL_') && options.has(optionOf(name))) ||
    new RegExp(ofServers.test(name) ? `\\b${name}\\b` : `['"]${name}['"]`).test(sources);

  const names = unique(environments.flatMap((all) => Object.keys(all)));
  for (const name of names)
    it(`${name} is what they read`, () => {
      expect(isRead(name)).toBe(true);
    });
});
