import { readdirSync } from 'node:fs';
import { caseOf, hasCases } from '../cases.ts';
import { CASES, describeWith, itWith, REAL_DATA } from '../needs.ts';
import { beginInFolder } from './case-store.ts';
import { CSV_ANSWERS } from './csv-case-answers.ts';
import { YAHOO_ANSWERS } from './yahoo-case-answers.ts';

beginInFolder();

const ANSWERS: Readonly<Record<string, () => Promise<void>>> = { ...CSV_ANSWERS, ...YAHOO_ANSWERS };

describeWith(CASES)('cases from outside', () => {
  const folders = hasCases
    ? readdirSync(caseOf(''), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? entry.name : [],
      )
    : [];

  // Whose first answer is followed by a real file.
  const withRealData = new Set(['half-cent']);
  for (const name of folders) {
    itWith(withRealData.has(name) ? REAL_DATA : CASES)(
      `${name} has its right answer`,
      async () => {
        const answer = ANSWERS[name];
        if (answer === undefined) throw new Error(`nobody has said what the right answer to ${name} is`);
        await answer();
      },
      60_000,
    );
  }
});
