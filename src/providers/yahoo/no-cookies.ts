/**
 * Stands for the package tough-cookie in the built programs: a jar that keeps nothing. yahoo-finance2 loads that
 * package for the endpoints that need a cookie and a crumb; the chart endpoint needs neither.
 */
export class CookieJar {
  getCookieString(): Promise<string> {
    return Promise.resolve('');
  }
}

/** Never made: no answer that the library is given has a cookie. */
export class Cookie {
  readonly value = '';
}
