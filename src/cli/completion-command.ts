import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { completedCommands } from './completion/completed.ts';
import { zshCompletion } from './completion/zsh.ts';
import { type Command, command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './output.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `backfill completion`: what has a shell complete the programs' words. `everyCommand` as `configCommand` has it. */
export function completionCommand(
  everyCommand: () => readonly [run: Command, ...others: Command[]],
): Command {
  return command({
    name: 'completion',
    describe: 'Print what has your shell complete commands, options and their values',
    examples: [
      { does: 'For bash: source it in ~/.bashrc', line: 'backfill completion bash > ~/.backfill.bash' },
      { does: 'For zsh: a folder of fpath', line: 'backfill completion zsh > ~/.zfunc/_backfill' },
      { does: 'For fish, until it ends', line: 'backfill completion fish | source' },
    ],
    notes:
      'Or in ~/.bashrc, and with zsh behind compinit in ~/.zshrc: eval "$(backfill completion bash)"; for fish in ' +
      '~/.config/fish/completions/backfill.fish.',
    options: {
      shell: {
        word: 'one',
        value: 'SHELL',
        required: true,
        choices: ['bash', 'zsh', 'fish'],
        describe: 'bash, zsh or fish',
      },
    },
    explicit: ['shell'],
    run: async ({ shell }) => {
      await print(SCRIPTS[shell](completedCommands(everyCommand())));
      return EXIT.done;
    },
  });
}
