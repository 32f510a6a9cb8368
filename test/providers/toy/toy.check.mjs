import { test } from 'node:test';
import { contractOf } from 'backfill/testing';
import wire from './wire.mjs';

for (const { name, run } of await contractOf({ module: './toy.mjs', wire })) void test(name, run);
