import type { Question } from '../harness/question.ts';
import { bucket } from './bucket.ts';
import { copy } from './copy.ts';
import { coveragePage } from './coverage-page.ts';
import { formats } from './formats.ts';
import { flat } from './flat.ts';
import { grouped } from './grouped.ts';
import { limits } from './limits.ts';
import { scale100000, scaleCsv, scaleHistory } from './long.ts';
import { machines } from './machines.ts';
import { peers } from './peers.ts';
import { postgres } from './postgres.ts';
import { quota } from './quota.ts';
import { reach } from './reach.ts';
import { readers } from './readers.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { scale } from './scale.ts';
import { topUp } from './top-up.ts';
import { watched } from './watched.ts';
import { workers } from './workers.ts';

/** By name, in the order in which they are asked. */
export const QUESTIONS: ReadonlyMap<string, Question> = new Map([
  ['workers', workers],
  ['peers', peers],
  ['formats', formats],
  ['limits', limits],
  ['scale', scale],
  ['top-up', topUp],
  ['quota', quota],
  ['watched', watched],
  ['scale-100000', scale100000],
  ['scale-csv', scaleCsv],
  ['scale-history', scaleHistory],
  ['grouped', grouped],
  ['flat', flat],
  ['readers', readers],
  ['coverage-page', coveragePage],
  ['postgres', postgres],
  ['bucket', bucket],
  ['copy', copy],
  ['reach', reach],
  ['machines', machines],
  ['run', run],
  ['replay', replay],
]);
