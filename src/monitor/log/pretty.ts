/** What needs no quotes. */
const PLAIN = /^[\w.:,/+^=-]+$/;

/** A line of JSON as a person reads it, `14:51:30.123 warn  symbol_error symbol=AAPL error="no answer"`, on the clock of the time zone. */
export function prettyLine(line: string): string {
  const { time, level, event, pid: _pid, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const at = new Date(String(time));
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const millis = String(at.getMilliseconds()).padStart(3, '0');
  const name = String(event).replace(/^backfill\./, '');
  const said = Object.entries(fields).map(([key, value]) => ` ${key}=${prettyValue(value)}`);
  return `${clock.join(':')}.${millis} ${String(level).padEnd(5)} ${name}${said.join('')}\n`;
}

function prettyValue(value: unknown): string {
  const text = String(value);
  if (PLAIN.test(text)) return text;
  const code = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // To a terminal these are commands too, and JSON leaves them.
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    code,
  );
}
