import { BOM, HTML, describeAnswers } from '../hearing.ts';

// How Alpha Vantage words its answers, or may, beside those that were recorded.

const WEEK = { '2024-03-11': 1.5, '2024-03-12': 2.5 };
const csv = (end = '\r\n', heading = 'timestamp,open,high,low,close,volume'): string =>
  [heading, '2024-03-12,2,3,2,2.5,100', '2024-03-11,1,2,1,1.5,100', ''].join(end);
const own = (close: string, more: object = {}): object => ({
  ...{ '1. open': '1.0', '2. high': '3', '3. low': '1.00', '4. close': close },
  ...more,
});
const json = (name: string, rows: object, symbol = 'IBM'): string =>
  JSON.stringify({ 'Meta Data': { '1. Information': 'x', '2. Symbol': symbol }, [name]: rows });
const says = (field: string, text: string): string => JSON.stringify({ [field]: text });
const PREMIUM = { settings: { tier: '75', actions: 'none' }, secrets: { key: 'KEY' } };

describeAnswers({ id: 'alphavantage', ticker: 'IBM', ...PREMIUM }, [
  ['CSV with line ends of Windows', csv(), WEEK],
  ['CSV with line ends of Unix', csv('\n'), WEEK],
  ['CSV after a byte order mark', BOM + csv(), WEEK],
  ['CSV before empty lines', `${csv()}\r\n\r\n`, WEEK],
  [
    'CSV with its columns in another order',
    'timestamp,close,open,low,high,volume\n2024-03-11,1.5,1,1,2,9\n',
    { '2024-03-11': 1.5 },
  ],
  [
    'CSV of adjusted bars',
    'timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n2024-03-11,1,2,1,1.5,1.4,9,0.0000,1.0\r\n',
    { '2024-03-11': 1.5 },
  ],
  [
    'CSV in quotes',
    'timestamp,open,high,low,close,volume\r\n"2024-03-11","1","2","1","1.5","9"\r\n',
    { '2024-03-11': 1.5 },
  ],
  [
    'CSV of minutes in place of days',
    csv().replaceAll('2024-03-1', '2024-03-11 09:3').replaceAll('11 09:32', '11 09:32:00'),
    'bad-answer',
  ],
  ['CSV within a row', csv().slice(0, -6), { '2024-03-12': 2.5 }],
  ['CSV of another table', 'symbol,name\r\nIBM,x\r\n', 'bad-answer'],
  ['nothing', '', 'bad-answer'],
  ['a line without its end', 'timestamp,open,high,low,close,volume', 'bad-answer'],
  [
    'JSON of days',
    json('Time Series (Daily)', {
      '2024-03-12': own('2.5', { '5. volume': '100' }),
      '2024-03-11': own('1.5', { '5. volume': '100' }),
    }),
    WEEK,
  ],
  [
    'JSON of adjusted days',
    json('Time Series (Daily)', {
      '2024-03-11': own('1.5', {
        '5. adjusted close': '1.1',
        '6. volume': '100',
        '7. dividend amount': '0.0000',
        '8. split coefficient': '1.0',
      }),
    }),
    { '2024-03-11': 1.5 },
  ],
  [
    'JSON after a byte order mark',
    BOM + json('Time Series (Daily)', { '2024-03-11': own('1.5', { '5. volume': '1' }) }),
    { '2024-03-11': 1.5 },
  ],
  [
    'JSON of another symbol',
    json('Time Series (Daily)', { '2024-03-11': own('1.5', { '5. volume': '1' }) }, 'AAPL'),
    'bad-answer',
  ],
  [
    'JSON of minutes in place of days',
    json('Time Series (5min)', {
      '2024-03-11 09:35:00': own('1.5', { '5. volume': '1' }),
      '2024-03-11 09:30:00': own('1.5', { '5. volume': '1' }),
    }),
    'bad-answer',
  ],
  ['JSON of another symbol, as splits have it', JSON.stringify({ symbol: 'AAPL', data: [] }), 'bad-answer'],
  ['an object without anything', '{}', 'bad-answer'],
  ['an object without rows', '{"Meta Data":{"2. Symbol":"IBM"}}', 'bad-answer'],
  ['a list', '[]', 'bad-answer'],
  [
    'the call frequency, as of 2018',
    says(
      'Note',
      'Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day.',
    ),
    'throttled',
  ],
  [
    'the call volume, as of 2018',
    says(
      'Information',
      'Thank you for using Alpha Vantage! Please visit https://www.alphavantage.co/premium/ if you would like to have a higher API call volume.',
    ),
    'throttled',
  ],
  [
    'the requests of a day, as of 2022',
    says('Note', 'You have reached the 100 requests/day limit for your free API key.'),
    'quota-exhausted',
  ],
  [
    'the requests of a day, as of 2023',
    says(
      'Information',
      'We have detected your API key as XXX and our standard API rate limit is 25 requests per day.',
    ),
    'quota-exhausted',
  ],
  [
    'the requests of a second',
    BOM +
      says(
        'Information',
        'Please consider spreading out your free API requests more sparingly (1 request per second). 25 requests per day',
      ),
    'throttled',
  ],
  [
    'the requests of a minute',
    says('Information', 'Our standard API rate limit is 75 requests per minute.'),
    'throttled',
  ],
  [
    'a premium endpoint',
    says('Information', 'Thank you! This is a premium endpoint. You may subscribe.'),
    'not-entitled',
  ],
  [
    'a wrong key',
    says('Error Message', 'the parameter apikey is invalid or missing. Please claim your free API key'),
    'unauthorized',
  ],
  [
    'a bad symbol',
    says('Error Message', 'Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.'),
    'unknown-ticker',
  ],
  ['a page', HTML, 'bad-answer'],
  ['a page of 503', HTML, 'provider-fault', 503],
  ['a page of 429', HTML, 'throttled', 429],
]);

const at = '2024-03-11T09:30:00-04:00';
describeAnswers({ id: 'alphavantage', ticker: 'IBM', interval: '5m', ...PREMIUM }, [
  [
    'JSON of five minutes',
    json('Time Series (5min)', {
      '2024-03-11 09:35:00': own('2.5', { '5. volume': '1' }),
      '2024-03-11 09:30:00': own('1.5', { '5. volume': '1' }),
    }),
    { [new Date(at).toISOString()]: 1.5, [new Date(Date.parse(at) + 300_000).toISOString()]: 2.5 },
  ],
  [
    'CSV of five minutes',
    'timestamp,open,high,low,close,volume\r\n2024-03-11 09:30:00,1,2,1,1.5,9\r\n',
    { [new Date(at).toISOString()]: 1.5 },
  ],
  ['days in place of minutes', csv(), 'bad-answer'],
]);
