import { readFileSync } from 'node:fs';
import type { WriteStream } from 'node:tty';

/** Where a terminal says that it has no columns at all. */
const USUAL_COLUMNS = 80;

const ERASE_LINE = '\u001B[2K';
const ERASE_BELOW = '\u001B[J';
const WRAP_OFF = '\u001B[?7l';
const WRAP_ON = '\u001B[?7h';

/**
 * One line at the bottom of a terminal that is written again and again. The cursor is never hidden, and waits at the
 * line's beginning: there it still is when a terminal that was made narrower has folded the line, and whatever writes
 * next, the shell too, erases it. Wrapping is off for the length of one write. So there is nothing to restore, however
 * the process ends.
 */
export interface LiveLine {
  /** Shows a text, which is told how many columns it has; nothing while the process is in the background. */
  show(text: (width: number) => string): void;
  /** Takes the line off the terminal, so that something else can be written there. The next `show` brings it back. */
  clear(): void;
  /** Shows what was shown last once more, where it was cleared. */
  again(): void;
  /** Clears it for good. */
  end(): void;
}

export function openLiveLine(terminal: WriteStream): LiveLine {
  let isShown = false;
  let last: string | undefined;
  const clear = (): void => {
    // The line by itself first: of what is erased from the top of the screen on, tmux keeps a copy in its history.
    if (isShown) terminal.write(`\r${ERASE_LINE}${ERASE_BELOW}`);
    isShown = false;
  };
  /** Does what a signal does where nobody listens, once the line is off the terminal. */
  const suspend = (): void => {
    clear();
    process.off('SIGTSTP', suspend).once('SIGCONT', resume);
    process.kill(process.pid, 'SIGTSTP');
  };
  const resume = (): void => void process.on('SIGTSTP', suspend);
  const quit = (): void => {
    clear();
    process.off('SIGQUIT', quit);
    process.kill(process.pid, 'SIGQUIT');
  };
  process.on('SIGTSTP', suspend).on('SIGQUIT', quit).on('exit', clear);
  const write = (text: (width: number) => string): void => {
    if (!isInForeground()) return;
    const width = (terminal.columns || USUAL_COLUMNS) - 1;
    last = text(width);
    terminal.write(`\r${WRAP_OFF}${last.slice(0, width)}${ERASE_BELOW}${WRAP_ON}\r`);
    isShown = true;
  };
  return {
    show: write,
    clear,
    again: () => {
      const text = last;
      if (text !== undefined && !isShown) write(() => text);
    },
    end: () => {
      last = undefined;
      clear();
      process.off('SIGTSTP', suspend).off('SIGCONT', resume).off('SIGQUIT', quit).off('exit', clear);
    },
  };
}

/** Whether the terminal is this process's to write a line on, not that of the shell's prompt. Where nobody says, it is. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // Behind the name in brackets: state, parent, group, session, terminal, and the terminal's foreground group.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return true;
  }
}
