import type { Redis } from 'ioredis';
import { NEWS } from './names.ts';

/**
 * Hears at once when a run begins, is stopped or ends. Whoever does not hear it, as one whom the server lets use no channel,
 * sees it at its next look. Gives what ends it.
 */
export function hearOfRuns(redis: Redis, onNews: () => void): () => void {
  const listener = redis.duplicate();
  // What a connection meets is met by whoever asks through the other, too.
  listener.on('error', () => undefined);
  listener.on('message', () => onNews());
  void listener.subscribe(NEWS).catch(() => undefined);
  return () => listener.disconnect();
}
