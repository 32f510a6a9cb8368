import { BackfillError } from '../index.ts';
import { type RunValues, assertAskable } from './backfill-command.ts';
import { blamedOption, bySource } from './by-source.ts';
import type { Command } from './command.ts';
import { messageInFlags } from './in-flags.ts';
import type { Declaration, Setting, Settings } from './declaration.ts';
import { readSetting } from './settings.ts';
import { settleValues, valueOf } from './values.ts';

/**
 * What a run says of each setting that it refuses, by the name of the setting. Of one that no run takes: what the commands
 * that take it say, if all of them refuse it. `commands`: the run first.
 */
export async function refusedSettings(
  settings: Settings,
  commands: readonly [run: Command, ...others: Command[]],
): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  for (const [name, setting] of settings) {
    const message = whyRefused(name, setting, commands);
    if (message !== undefined) refused.set(name, message);
  }
  // What they are worth together is seen once each of them is read.
  return refused.size > 0 ? refused : refusedTogether(settings, commands[0]);
}

/** One of one provider alone, `rate-limit of polygon`, is refused where that one is asked. */
function whyRefused(
  name: string,
  setting: Setting,
  [run, ...others]: readonly [Command, ...Command[]],
): string | undefined {
  const [option = name] = name.split(' of ');
  const takers = option in run.options ? [run] : others;
  const declarations = takers.flatMap(({ options }) => options[option] ?? []);
  const messages = declarations.flatMap((declaration) => faultOf(option, setting, declaration) ?? []);
  return messages.length === declarations.length ? messages[0] : undefined;
}

function faultOf(name: string, setting: Setting, declaration: Declaration): string | undefined {
  try {
    valueOf(name, readSetting(name, setting, declaration), declaration, setting.source);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What a run without options says of a setting before it looks at its store. What lacks, a command line may give. */
async function refusedTogether(settings: Settings, run: Command): Promise<ReadonlyMap<string, string>> {
  const { name, options, explicit } = run;
  const { values, sources } = settleValues(
    name,
    { given: new Map(), words: [] },
    options,
    settings,
    explicit,
  );
  try {
    await assertAskable(values as RunValues);
    return new Map();
  } catch (error) {
    const option = blamedOption(error);
    const message = messageOf(bySource(error, sources));
    return new Map(option !== undefined && sources.has(option) ? [[option, message]] : []);
  }
}

/** A mistake of the user's is told; a bug keeps its stack. */
function messageOf(error: unknown): string {
  if (error instanceof BackfillError) return messageInFlags(error);
  throw error;
}
