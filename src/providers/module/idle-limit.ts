import { DEFAULT_TIMEOUT_MS } from '../http/open-provider.ts';

/** What a user's code may be idle for, in times of how long an answer may take. */
const IDLE_TIMES = 10;

/** How long a user's code may be idle, and how that is said: `0.05 s, 10 times its timeoutMs`. */
export function idleTime({ timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number | undefined }): {
  readonly ms: number;
  readonly said: string;
} {
  const ms = IDLE_TIMES * timeoutMs;
  return { ms, said: `${ms / 1000} s, ${IDLE_TIMES} times its timeoutMs` };
}

/** Ends what a user's code does where it neither goes on nor asks for anything. */
export interface IdleLimit {
  /** What the code gives or throws; or the error, once it has been idle for too long. */
  readonly watch: <T>(run: () => T | Promise<T>) => Promise<T>;
  /** A request of that code, while which it is not idle. Throws the error once it was ended. */
  readonly during: <T>(request: () => Promise<T>) => Promise<T>;
}

/** `ms`: how long it may be idle since it began, or since its last request was over. */
export function idleLimit(ms: number, error: () => Error): IdleLimit {
  let requests = 0;
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  let expire: (() => void) | undefined;
  const waitOn = (): void => {
    clearTimeout(timer);
    if (requests === 0 && expire !== undefined) timer = setTimeout(expire, ms);
  };
  return {
    watch: async (run) => {
      const idle = new Promise<never>((_, reject) => {
        expire = () => {
          isEnded = true;
          reject(error());
        };
      });
      waitOn();
      try {
        return await Promise.race([run(), idle]);
      } finally {
        expire = undefined;
        clearTimeout(timer);
      }
    },
    during: async (request) => {
      if (isEnded) throw error();
      requests++;
      clearTimeout(timer);
      try {
        return await request();
      } finally {
        requests--;
        waitOn();
      }
    },
  };
}
