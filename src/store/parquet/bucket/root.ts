import { type BucketAddress, bucketUrl } from '../../../s3/address.ts';
import { LOCK_FILE } from '../files/layout.ts';
import { type Lease, OthersLease } from './lease.ts';
import type { Objects } from './objects.ts';

export interface LeaseOptions {
  /** How long its lease stands without a sign of life, in ms. Default: a minute. */
  readonly leaseMs?: number;
  /** The id of the lease under which it is written. Default: its own, once it is locked. */
  readonly lock?: string;
}

/** What all views of one bucket have in common. */
export class Root {
  readonly objects: Objects;
  readonly address: BucketAddress;
  readonly leaseMs: number | undefined;
  readonly others: OthersLease;
  lease: Lease | undefined;

  constructor(objects: Objects, address: BucketAddress, { leaseMs, lock }: LeaseOptions = {}) {
    this.objects = objects;
    this.address = address;
    this.leaseMs = leaseMs;
    this.others = new OthersLease(this.place, lock);
  }

  get place() {
    return { objects: this.objects, key: this.keyOf(LOCK_FILE), where: bucketUrl(this.address) };
  }

  keyOf(path: string): string {
    const { prefix } = this.address;
    return prefix === '' ? path : `${prefix}/${path}`;
  }

  /** Throws `store-locked` where somebody else writes. */
  assertMayWrite(): Promise<void> {
    return this.lease === undefined ? this.others.assertNotElsewhere() : this.lease.assertHeld();
  }
}
