/** What every answer says: what a browser may do with it, and that it may do nothing else. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Of a page: it runs, styles and asks what this server has, and nothing that lies in the page itself. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Of a page that has a policy of its own, by the hashes of its script and style: what that cannot say. */
export const FRAME_POLICY = "frame-ancestors 'none'";

/** Of a page of the board of queues: its script styles what it draws, and it says where its files lie. */
export const BOARD_POLICY = PAGE_POLICY.replace("base-uri 'none'", "base-uri 'self'").replace(
  "style-src 'self'",
  "style-src 'self' 'unsafe-inline'",
);
