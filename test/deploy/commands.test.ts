import { describe, expect, it } from 'vitest';
import { meant, wordsOf } from '../cli/meant.ts';
import { BLOCKS, README } from '../readme/blocks.ts';
import { commandLinesOf } from '../readme/shell.ts';
import { PROGRAMS, SECRETS, SERVICES, service, settingsOf } from './compose-file.ts';

/** What of each command of Docker Compose stands there: its switches, and options that take a value. */
const KNOWN: Readonly<Record<string, { readonly switches: RegExp; readonly valued?: RegExp }>> = {
  build: { switches: /^$/ },
  up: { switches: /^(-d|--no-deps)$/, valued: /^--scale$/ },
  down: { switches: /^--volumes$/ },
  logs: { switches: /^-f$/ },
  run: { switches: /^(--rm|-T|--use-aliases)$/, valued: /^-e$/ },
  exec: { switches: /^-T$/ },
};

/** A command line of Docker Compose. */
interface ComposeLine {
  readonly command: string;
  /** With their values: `--scale worker=4`. */
  readonly options: readonly string[];
  readonly services: readonly string[];
  /** Of `run` and `exec`: what stands behind the service. */
  readonly inner: string;
}

/** Throws for what this test does not know. */
function readLine(text: string): ComposeLine {
  const words = wordsOf(text.replace(/ # .*$/, '').replace(/^docker compose /, ''));
  const options: string[] = [];
  const take = (switches: RegExp, valued = /^$/): void => {
    while (words[0]?.startsWith('-')) {
      const [option = ''] = words.splice(0, 1);
      if (valued.test(option)) options.push(`${option} ${words.splice(0, 1)[0]}`);
      else if (switches.test(option)) options.push(option);
      else throw new Error(`${text}: nobody has said what ${option} is`);
    }
  };
  take(/^$/, /^--(profile|env-file)$/);
  const [command = ''] = words.splice(0, 1);
  const known = KNOWN[command];
  if (known === undefined) throw new Error(`${text}: nobody has said what ${command} is`);
  take(known.switches, known.valued);
  const isInner = command === 'run' || command === 'exec';
  const services = isInner ? words.splice(0, 1) : words;
  const quoted = words.map((word) => (word.includes(' ') ? `"${word}"` : word));
  return { command, options, services, inner: isInner ? quoted.join(' ') : '' };
}

/** Of blocks, and of the text around them, where a line may end within one. */
const LINES: readonly string[] = [
  ...BLOCKS.filter(({ language }) => language === 'bash').flatMap((block) =>
    commandLinesOf(block).map(({ text }) => text),
  ),
  ...spansWith('docker compose '),
];

/** What stands as code in the README outside of its blocks, from a text on. */
function spansWith(text: string): string[] {
  const prose = README.replaceAll(/^\s*```.*?^\s*```$/gms, '');
  return [...prose.matchAll(/`([^`]+)`/g)].flatMap(([, span = '']) => {
    const at = span.indexOf(text);
    return at < 0 ? [] : [span.slice(at).replaceAll(/\s+/g, ' ')];
  });
}

describe('a command line of Docker Compose in the README', () => {
  it('is there for each service that one starts, watches or asks', () => {
    const named = new Set(LINES.flatMap((line) => readLine(line).services));
    for (const name of ['redis', 'timescaledb', 'planner', 'discovery', 'worker', 'dashboard'])
      expect([...named], name).toContain(name);
  });

  it.each([...new Set(LINES)])('names services and profiles that there are: %s', (text) => {
    const { options, services } = readLine(text);
    const scaled = options.flatMap((option) => /^--scale (\w+)=\d+$/.exec(option)?.[1] ?? []);
    const names = new Set(SERVICES.map(([name]) => name));
    expect([...services, ...scaled].filter((name) => !names.has(name))).toEqual([]);
    const profiles = new Set(SERVICES.flatMap(([, one]) => one.profiles ?? []));
    const asked = options.flatMap((option) => /^--profile (\w+)$/.exec(option)?.[1] ?? []);
    expect(asked.filter((name) => !profiles.has(name))).toEqual([]);
  });

  const inner = [...new Set(LINES)]
    .map(readLine)
    .filter(({ command }) => command === 'run' || command === 'exec')
    .map(({ command, services: [name = ''], inner: line }) => ({ command, name, line }));
  const ours = inner.filter(({ name }) => PROGRAMS.some(([one]) => one === name));
  for (const { command, name, line } of ours) {
    // `run` has the program's name in the image, `exec` does not.
    const words = command === 'run' ? `backfill ${line}` : line;
    it(`is understood by the program: ${command} ${name} ${line}`, () => {
      expect(words).toMatch(/^backfill /);
      expect(() => meant(words.slice('backfill '.length), settingsOf(service(name), SECRETS))).not.toThrow();
    });
  }

  it.each(inner.filter((one) => !ours.includes(one)))(
    'asks the program of its server: $name $line',
    ({ name, line }) => {
      expect(`${name} ${line}`).toMatch(/^(redis redis-cli|timescaledb psql -U backfill -d backfill)( |$)/);
    },
  );
});

it('a run of the image alone is understood by the program', () => {
  const lines = spansWith('docker run ').flatMap(
    (span) => /^docker run .* backfill (.*)$/.exec(span)?.[1] ?? [],
  );
  expect(lines).not.toEqual([]);
  for (const line of lines) expect(() => meant(line), line).not.toThrow();
});

describe('what a service is told', () => {
  const told = PROGRAMS.map(([name, { command = [] }]) => ({ name, line: command.join(' ') }));
  const questions = PROGRAMS.flatMap(([name, { healthcheck }]) => {
    const [, line = ''] = /^backfill (.*?) \| node /.exec(healthcheck?.test.at(-1) ?? '') ?? [];
    return line === '' ? [] : [{ name, line }];
  });

  it('is more than its name for most, and some are asked by a command of ours whether they are well', () => {
    expect(told.filter(({ line }) => line !== '')).toHaveLength(3);
    expect(questions.map(({ name }) => name)).toEqual(['discovery', 'worker']);
  });

  for (const { name, line } of [...told, ...questions])
    it(`is understood by the program: ${name} ${line}`, () => {
      expect(() => meant(line, settingsOf(service(name), SECRETS))).not.toThrow();
    });
});
