import { openParquetStore } from '../../src/store/parquet/index.ts';
import { describeStore } from './contract.ts';
import { temporaryFolder } from './fixtures.ts';

describeStore(
  'the Parquet store',
  async () => {
    const folder = await temporaryFolder();
    const open = () => openParquetStore(`${folder.path}/data`);
    return { store: open(), reopen: open, destroy: folder.remove };
  },
  false,
);
