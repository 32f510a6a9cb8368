import { describe, expect, it } from 'vitest';
import { stopAfterEach, SHARES, ask } from './asked.ts';

stopAfterEach();

describe('a refusal', () => {
  const html = '<html>\r\n<head><title>401 Authorization Required</title></head>\r\n</html>';
  const variables = 'APCA_API_KEY_ID and APCA_API_SECRET_KEY in the environment or .env';
  it.each([
    [
      401,
      html,
      'unauthorized',
      false,
      'run',
      `alpaca answered 401: 401 Authorization Required; ${variables}`,
    ],
    [
      403,
      '{"message":"subscription does not permit querying recent SIP data"}',
      'not-entitled',
      false,
      'series',
    ],
    [403, '{"message":"forbidden."}', 'not-entitled', false, 'endpoint'],
    [429, '{"message": "too many requests."}', 'throttled', true, 'series'],
    [500, '{"message":"internal server error"}', 'provider-fault', true, 'series'],
    [400, '{"message":"end should not be before start"}', 'bad-answer', false, 'series'],
    [404, '{"message":"endpoint not found."}', 'bad-answer', false, 'series'],
    [404, '<html>nginx</html>', 'provider-fault', true, 'series'],
  ])('%d %s', async (status, body, code, retryable, scope, message = expect.any(String)) => {
    const { parts } = await ask({}, ({ path }) => (path === SHARES ? { status, body } : undefined));
    expect(parts.get('AAPL')).toMatchObject({ error: { code, retryable, scope, message } });
  });
});
