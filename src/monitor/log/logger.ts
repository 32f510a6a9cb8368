import { EVENTS, type Level, type Log } from './events.ts';

/**
 * Writes events as lines of JSON, from a level on, each whole and at once, so that nothing is lost however the process ends.
 * Times are of the wall's clock, in UTC.
 */
export async function openLogger(write: (line: string) => void, level: Level): Promise<Log> {
  // Loaded where it is of use only.
  const { default: pino } = await import('pino');
  const logger = pino(
    {
      ...{ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return (name, about, said) => {
    logger[EVENTS[name].level]({ event: name, ...about, ...said });
  };
}
