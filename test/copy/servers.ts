import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundled.ts';
import { POSTGRES, QUESTDB } from '../needs.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type Cluster, startCluster } from '../store/postgres/cluster.ts';
import { type Quest, startQuest } from '../store/questdb/quest.ts';

export type Kind = 'a folder' | 'another folder' | 'PostgreSQL' | 'QuestDB' | 'a bucket';

/** One of each kind that a store can lie in, as far as this machine has it. */
export class CopyServers {
  #cluster: Cluster | undefined;
  #quest: Quest | undefined;
  #bucket: Awaited<ReturnType<typeof fakeBucket>> | undefined;
  #folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  #stores = 0;

  async start(): Promise<void> {
    this.#folder = await temporaryFolder();
    this.#bucket = await fakeBucket();
    [this.#cluster, this.#quest] = await Promise.all([
      POSTGRES.isMet ? startCluster() : undefined,
      QUESTDB.isMet ? startQuest() : undefined,
    ]);
  }

  async stop(): Promise<void> {
    await this.#cluster?.destroy();
    await this.#quest?.destroy();
    await this.#bucket?.close();
    await this.#folder?.remove();
  }

  get bucket(): Awaited<ReturnType<typeof fakeBucket>> {
    if (this.#bucket === undefined) throw new Error('not started');
    return this.#bucket;
  }

  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new Error('not started');
    return this.#cluster;
  }

  folder(name: string): string {
    return join(this.#folder?.path ?? '', name);
  }

  /** Of a store that nobody has used. */
  url(kind: Kind): string {
    const name = `s${++this.#stores}`;
    if (kind === 'PostgreSQL') return this.cluster.url(name);
    if (kind === 'QuestDB') return this.#quest?.url(`${name}_`) ?? '';
    if (kind === 'a bucket') return this.bucket.url.replace('/data?', `/${name}?`);
    return this.folder(name);
  }
}

const CHILD = fileURLToPath(bundled('test/copy/copy-child.ts'));

/** A process that copies one store into another. */
export function startCopy(from: string, to: string): ChildProcess {
  return spawn(process.execPath, [CHILD, from, to], { stdio: ['ignore', 'pipe', 'inherit'] });
}
