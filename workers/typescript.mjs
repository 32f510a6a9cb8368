// Lets a thread load TypeScript in development, tests and benches; the build does not use it.
import { register } from 'tsx/esm/api';
register();
