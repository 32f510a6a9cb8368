/** An answer without data: its status and the two texts of the `error` envelope. */
export interface ChartError {
  readonly status: 400 | 404 | 422;
  readonly code: 'Bad Request' | 'Not Found' | 'Unprocessable Entity';
  readonly description: string;
}

/** Unknown symbols, delisted ones (which lose all their history), and symbols in another spelling (`BRK.B`). */
export const NOT_FOUND: ChartError = {
  status: 404,
  code: 'Not Found',
  description: 'No data found, symbol may be delisted',
};

export function badRequest(description: string): ChartError {
  return { status: 400, code: 'Bad Request', description };
}

export function unprocessable(description: string): ChartError {
  return { status: 422, code: 'Unprocessable Entity', description };
}

export function isError(value: object): value is ChartError {
  return 'status' in value;
}
