import { readFileSync, readdirSync } from 'node:fs';
import { hasRealData, realData } from './realdata.ts';
import type { ChartResult } from './simulator/chart.ts';

/** A request to Yahoo's chart and what came back. */
export interface Recording {
  readonly name: string;
  readonly request: { readonly url: string };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly bodyJson: { readonly chart: { readonly result: readonly [ChartResult, ...ChartResult[]] } };
  };
}

const FOLDER = realData('http/yahoo-chart/');

/**
 * The recorded charts, by name: all files of the folder that are one, but for those made up by hand (`.fake.`). Other files
 * are passed over, so that nothing that is laid beside them fails a test. None where there is no real data.
 */
export const CHARTS: readonly Recording[] = hasRealData
  ? readdirSync(FOLDER)
      .filter((name) => name.endsWith('.json') && !name.includes('.fake.'))
      .flatMap((name) => recordingIn(name) ?? [])
  : [];

/** A recording by the name of its file, made up or not. Throws if it is none. */
export function chartNamed(name: string): Recording {
  const recording = recordingIn(name);
  if (recording === undefined) throw new Error(`${name} is no recorded chart`);
  return recording;
}

function recordingIn(name: string): Recording | undefined {
  const recording = parsed(readFileSync(FOLDER + name, 'utf8'));
  const hasUrl = typeof recording?.request?.url === 'string' && URL.canParse(recording.request.url);
  if (!hasUrl || recording?.response?.bodyJson?.chart?.result?.[0] === undefined) return undefined;
  return { ...(recording as Recording), name };
}

type Maybe<T> = T extends object ? { readonly [K in keyof T]?: Maybe<T[K]> } : T;

function parsed(text: string): Maybe<Recording> | null {
  try {
    return JSON.parse(text) as Maybe<Recording> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
