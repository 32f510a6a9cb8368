import { listProviders } from '../index.ts';
import { providersText } from '../terminal.ts';
import { command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { OUTPUT } from './options.ts';
import { print, printJson } from './output.ts';
import { dataPage } from './page.ts';

/** `backfill providers`: where bars may come from. */
export const providersCommand = command({
  name: 'providers',
  describe: 'List where bars may come from: reach, quota, and whether the key is there',
  examples: [{ does: 'All that come with the program', line: 'backfill providers' }],
  options: { json: { type: 'switch', group: OUTPUT, describe: 'Print them as JSON' } },
  notes: 'One of your own is named by the path of its module: --provider ./acme.mjs.',
  run: async ({ json }) => {
    const entries = listProviders();
    await (json ? printJson(entries) : print(providersText(entries, dataPage(false))));
    return EXIT.done;
  },
});
