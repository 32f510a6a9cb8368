import { BackfillError, type ErrorCode } from '../../core/errors.ts';
import type { Content } from '../routes.ts';

/** What is asked wrongly, what is not there, and what the store cannot give as it is; whatever else is a fault of ours. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  'invalid-date': 400,
  'invalid-ticker': 400,
  'unsupported-interval': 400,
  'not-stored': 404,
  incomplete: 409,
  'basis-unknown': 409,
  cancelled: 503,
  'store-unusable': 503,
};

/** JSON as an answer: one line. */
export function jsonContent(value: object, status = 200): Content {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

/** Why something is not answered: `{"error":{"code":"usage","message":"…"}}`; `besides`: what helps who asked. */
export function refused(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
  besides: object = {},
): Content {
  return jsonContent({ error: { code, message }, ...besides }, status);
}

/** The same by what was thrown. */
export function refusedBy(error: unknown, besides?: object): Content {
  const code = error instanceof BackfillError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  return refused(STATUS[code] ?? 500, { code, message }, besides);
}
