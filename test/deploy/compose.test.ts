import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DOCKER_COMPOSE, DOCKER_COMPOSE_PROGRAM, PROMTOOL, describeWith, itWith } from '../needs.ts';
import { ROOT } from '../package/checkout.ts';
import { README } from '../readme/blocks.ts';
import { COMPOSE, COMPOSE_TEXT, PROGRAMS, SECRETS, SERVICES, interpolated, service } from './compose-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'backfill-deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('compose.yaml', () => {
  it('has a service for each part, Prometheus and Grafana only where they are asked for', () => {
    expect(SERVICES.map(([name]) => name)).toEqual([
      ...['redis', 'timescaledb', 'planner', 'discovery', 'worker', 'dashboard', 'prometheus', 'grafana'],
    ]);
    const asked = SERVICES.flatMap(([name, { profiles = [] }]) => profiles.map((one) => [name, one]));
    expect(asked).toEqual([
      ['planner', 'planner'],
      ['prometheus', 'monitoring'],
      ['grafana', 'monitoring'],
    ]);
  });

  it.each(SERVICES)('bounds what %s takes of the machine, and its log', (_, { deploy, logging }) => {
    const { cpus, memory } = deploy.resources.limits;
    expect(interpolated(cpus, {})).toMatch(/^\d+(\.\d+)?$/);
    expect(interpolated(memory, {})).toMatch(/^\d+[MG]$/);
    expect(logging).toMatchObject({ options: { 'max-size': '10m' } });
  });

  it.each(SERVICES.filter(([, { build }]) => build === undefined))(
    'names the version of %s, and asks whether it is well',
    (_, { image, healthcheck }) => {
      expect(image).toMatch(/^[\w./]+:v?\d+\.\d+[\w.-]*$/);
      expect(healthcheck?.test[0]).toMatch(/^CMD/);
    },
  );

  it('waits for nobody of whom it does not know whether he is well, and whom it cannot reach', () => {
    const waits = SERVICES.flatMap(([name, { depends_on: on = {} }]) =>
      Object.entries(on).map(([other, { condition }]) => ({ name, other, condition })),
    );
    expect(waits.length).toBeGreaterThan(8);
    for (const { name, other, condition } of waits) {
      expect(condition, `${name} waits for ${other}`).toBe('service_healthy');
      expect(service(other).healthcheck, other).toBeDefined();
      expect(service(other).networks).toSatisfy((all: string[]) =>
        all.some((one) => service(name).networks.includes(one)),
      );
    }
  });

  it('can have any number of workers on one machine, which finish what they have begun', () => {
    const worker = service('worker');
    expect(worker).not.toHaveProperty('container_name');
    expect(worker).not.toHaveProperty('ports');
    expect(worker).toMatchObject({ stop_signal: 'SIGTERM', stop_grace_period: '60s' });
    expect(interpolated(String(worker.deploy.replicas), { WORKER_REPLICAS: '7' })).toBe('7');
  });

  it('has no program that may be more than a user', () => {
    for (const [name, program] of PROGRAMS) {
      expect(program['cap_drop'], name).toEqual(['ALL']);
      expect(program['security_opt'], name).toEqual(['no-new-privileges:true']);
    }
  });

  it('is reached by other machines only where .env says so', () => {
    const ports = SERVICES.flatMap(([, { ports: own = [] }]) => own.map((port) => interpolated(port, {})));
    expect(ports).toHaveLength(5);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  });

  it('has no secret in it', () => {
    const secrets = SERVICES.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([variable]) => /PASSWORD|TOKEN|KEY|SECRET|AUTH/.test(variable))
        .map(([variable, value]) => `${name} ${variable} ${value}`),
    );
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((one) => !/ (null|\$\{\w+:(\?|-\$\{\w+:\?).*\})$/.test(one))).toEqual([]);
    for (const name of Object.keys(SECRETS))
      expect(() => interpolated(COMPOSE_TEXT, { ...SECRETS, [name]: '' })).toThrow(`set ${name} in .env`);
  });

  it('has a Redis that keeps every job', () => {
    expect(service('redis').volumes).toEqual(['redis:/data']);
    const words = service('redis').command?.at(-1)?.split(' ') ?? [];
    for (const [name, value] of [
      ['--appendonly', 'yes'],
      ['--appendfsync', 'everysec'],
      ['--maxmemory-policy', 'noeviction'],
    ])
      expect(words[words.indexOf(name ?? '') + 1], name).toBe(value);
  });
});

describe('what Prometheus and Grafana are told', () => {
  const { content = '' } = COMPOSE.configs['prometheus'] ?? {};

  it('is where runs tell their metrics', () => {
    const { scrape_configs: [scraped] = [] } = parse(content) as {
      scrape_configs?: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const [{ names, port } = { names: [], port: 0 }] = scraped?.dns_sd_configs ?? [];
    expect(names).not.toEqual([]);
    for (const name of names) {
      expect(README).toMatch(
        new RegExp(`run --rm --use-aliases ${name} .*--metrics-port 0\\.0\\.0\\.0:${port} `),
      );
      expect(service(name).networks).toEqual(expect.arrayContaining([...service('prometheus').networks]));
    }
  });

  itWith(PROMTOOL)('is understood by Prometheus', () => {
    const rules = readFileSync(join(ROOT, 'src/monitor/prometheus/alerts.yml'));
    writeFileSync(join(folder, 'alerts.yml'), rules);
    writeFileSync(join(folder, 'prometheus.yml'), content);
    const { stdout, stderr } = spawnSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('8 rules found');
  });

  it('leads Grafana to Prometheus, and to the dashboard that lies there', () => {
    const [datasource, dashboards] = ['grafana-datasource', 'grafana-dashboards'].map(
      (name) => parse(COMPOSE.configs[name]?.content ?? '') as Record<string, readonly unknown[]>,
    );
    expect(datasource?.['datasources']).toMatchObject([
      { type: 'prometheus', url: 'http://prometheus:9090' },
    ]);
    expect(dashboards?.['providers']).toMatchObject([{ options: { path: '/var/lib/grafana/dashboards' } }]);
    const [dashboard = ''] = service('grafana').volumes ?? [];
    const [, from = '', to] = /^\.\/(.*?):(.*?):ro$/.exec(dashboard) ?? [];
    expect(to).toMatch(/^\/var\/lib\/grafana\/dashboards\/\w+\.json$/);
    expect(JSON.parse(readFileSync(join(ROOT, from), 'utf8'))).toHaveProperty('panels');
  });
});

describeWith(DOCKER_COMPOSE)('Docker Compose', () => {
  const [program = '', ...words] = DOCKER_COMPOSE_PROGRAM ?? [];
  const config = (variables: Readonly<Record<string, string>>): { stdout: string; stderr: string } => {
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, 'tried.env'), lines.join(''));
    const options = ['--env-file', join(folder, 'tried.env'), '--profile', '*'];
    return spawnSync(program, [...words, ...options, 'config', '--format', 'json'], {
      encoding: 'utf8',
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: folder },
    });
  };

  it('understands all of it, and fills it in as it is read here', () => {
    const variables = { ...SECRETS, WORKER_REPLICAS: '10', WORKER_MEMORY: '2G', POLYGON_API_KEY: 'a-key' };
    const { stdout, stderr } = config(variables);
    expect(stderr).toBe('');
    const { services } = JSON.parse(stdout) as {
      services: Record<string, { environment?: Record<string, string | null>; deploy: unknown }>;
    };
    expect(Object.keys(services).toSorted()).toEqual(SERVICES.map(([name]) => name).toSorted());
    expect(services['worker']?.deploy).toMatchObject({
      replicas: 10,
      resources: { limits: { memory: String(2 * 2 ** 30) } },
    });
    const variablesOf = (name: string, values: Readonly<Record<string, string | null>>): unknown =>
      Object.entries(values)
        .map(([variable, value]) => `${name} ${variable} ${value}`)
        .toSorted();
    for (const [name, { environment = {} }] of SERVICES) {
      const filled = Object.entries(environment).map(([variable, text]) => [
        variable,
        text === null
          ? (Object.entries(variables).find(([one]) => one === variable)?.[1] ?? null)
          : interpolated(text, variables),
      ]);
      expect(variablesOf(name, services[name]?.environment ?? {})).toEqual(
        variablesOf(name, Object.fromEntries(filled) as Record<string, string | null>),
      );
    }
  });

  it.each(Object.keys(SECRETS))('says what to do where %s is not set', (name) => {
    const { stdout, stderr } = config({ ...SECRETS, [name]: '' });
    expect(stdout).toBe('');
    expect(stderr).toContain(`set ${name} in .env, as .env.example says`);
  });
});
