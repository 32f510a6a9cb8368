/**
 * What S3 asks for the class Standard, USD, in us-east-1. Source: https://aws.amazon.com/s3/pricing/ as of June 2026, as
 * https://www.usage.ai/blogs/aws/storage-cost/s3/cost-calculator/ quotes it. Removals cost nothing; traffic within the region neither.
 */
export const S3_PRICES = {
  asOf: 'us-east-1, June 2026',
  /** PUT, COPY, POST, LIST. */
  writeUsd: 0.005 / 1000,
  /** GET, HEAD. */
  readUsd: 0.0004 / 1000,
  /** By the GB and month, of the first 50 TB, the next 450, and beyond. */
  storageUsd: [
    { upToGb: 50_000, usd: 0.023 },
    { upToGb: 500_000, usd: 0.022 },
    { upToGb: Number.POSITIVE_INFINITY, usd: 0.021 },
  ],
} as const;

/**
 * Requests a second that a prefix takes at least before the bucket has been parted further. Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html, 2026.
 */
const S3_A_SECOND = { writes: 3500, reads: 5500 } as const;

/** Requests to a bucket: those that write or list, and those that read. */
export interface S3Requests {
  readonly writes: number;
  readonly reads: number;
}

/** What they cost, USD. */
export function s3Cost({ writes, reads }: S3Requests): number {
  return writes * S3_PRICES.writeUsd + reads * S3_PRICES.readUsd;
}

/** What a month of so many bytes costs, USD. */
export function s3StorageCost(bytes: number): number {
  let [cost, below] = [0, 0];
  for (const { upToGb, usd } of S3_PRICES.storageUsd) {
    cost += Math.max(0, Math.min(bytes / 1e9, upToGb) - below) * usd;
    below = upToGb;
  }
  return cost;
}

/** The least time that one prefix takes for them, ms. */
export function s3Time({ writes, reads }: S3Requests): number {
  return 1000 * Math.max(writes / S3_A_SECOND.writes, reads / S3_A_SECOND.reads);
}
