/** What a pool could leave behind. */
export interface Leftovers {
  readonly threads: number;
  /** Message ports that keep the process from its end. */
  readonly ports: number;
}

export function leftovers(): Leftovers {
  const { workers } = process.report.getReport() as unknown as { readonly workers: readonly unknown[] };
  const ports = process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort');
  return { threads: workers.length, ports: ports.length };
}
