// TypeDoc reads sources by an interface that the compiler has no more in TypeScript 7: it is given TypeScript 6, for nothing else.
import { register } from 'node:module';

const compiler = JSON.stringify(import.meta.resolve('typescript-6'));
const hook = `export const resolve = (specifier, context, next) =>
  next(specifier === 'typescript' ? ${compiler} : specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
