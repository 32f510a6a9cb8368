import type { Question } from '../harness/question.ts';
import { limits } from './limits.ts';
import { scale } from './scale.ts';
import { peers } from './peers.ts';

/** By name, in the order in which they are asked. */
export const QUESTIONS: ReadonlyMap<string, Question> = new Map([
  ['peers', peers],
  ['limits', limits],
  ['scale', scale],
]);
