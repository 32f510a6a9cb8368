/** A call of the operating system, as strace saw it. */
export interface Call {
  /** `fsync` also for fdatasync, `write` for every way to write, `rename` for every way to rename. */
  readonly name: string;
  /** The file, where the call is about one. */
  readonly path?: string;
  /** Of a rename. */
  readonly from?: string;
  readonly to?: string;
  readonly ok: boolean;
  /** Lines of the log where it began and where it had ended. */
  readonly begun: number;
  readonly ended: number;
  readonly text: string;
}

export interface Trace {
  /** In the order in which they began. */
  readonly calls: readonly Call[];
  /** The calls of a name on a path that succeeded. */
  of(name: string, path: string): Call[];
}

const NAMES: Readonly<Record<string, string>> = {
  fdatasync: 'fsync',
  pwrite64: 'write',
  writev: 'write',
  pwritev: 'write',
  renameat: 'rename',
  renameat2: 'rename',
};

/** Reads what `strace -f -y` logged. A call that others interrupt stands in two lines. */
export function readTrace(log: string): Trace {
  const calls: Call[] = [];
  const open = new Map<string, { text: string; begun: number }>();
  log.split('\n').forEach((line, at) => {
    const [, pid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (text.endsWith('<unfinished ...>')) {
      open.set(pid, { text: text.replace(/ *<unfinished \.\.\.>$/, ''), begun: at });
      return;
    }
    const start = resumed ? open.get(pid) : { text: '', begun: at };
    if (start === undefined) throw new Error(`line ${at} ends what never began: ${line}`);
    const whole = `${start.text}${resumed ? resumed[1] : text}`;
    if (/^\w+\(/.test(whole)) calls.push(callOf(whole, start.begun, at));
  });
  return {
    calls: calls.toSorted((a, b) => a.begun - b.begun),
    of: (name, path) => calls.filter((call) => call.ok && call.name === name && call.path === path),
  };
}

function callOf(text: string, begun: number, ended: number): Call {
  const [, called = '', given = '', result = ''] = /^(\w+)\((.*)\) += (-?\d+)/.exec(text) ?? [];
  const name = NAMES[called] ?? called;
  const quoted = [...given.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = '']) => path);
  const [from, to] = quoted;
  const ofFile = /^\d+<([^>]*)>/.exec(given)?.[1];
  const path = ofFile ?? (name === 'rename' ? undefined : from);
  return {
    ...{ name, ok: result !== '' && !result.startsWith('-'), begun, ended, text },
    ...(path !== undefined && { path }),
    ...(name === 'rename' && from !== undefined && to !== undefined && { from, to }),
  };
}
