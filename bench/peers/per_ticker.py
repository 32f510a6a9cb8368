"""The script of the widely copied guide "Dask Parallelized Historical Data Backfill", as it describes itself: one delayed
task a ticker, its own connection to the store, its own gap check, one fetch a gap, an upsert that deduplicates, Dask's
threads and progress bar.

usage: per_ticker.py URL STORE WORKERS START END TICKERFILE
"""
import os, sys
import pandas as pd, requests, dask
from dask import delayed
from dask.diagnostics import ProgressBar

url, store, workers, start, end, tickerfile = sys.argv[1:7]


class ParquetDB:
    """One file a ticker below a folder."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, ticker):
        return os.path.join(self.folder, f'{ticker}.parquet')

    def prices(self, ticker):
        path = self.path(ticker)
        return pd.read_parquet(path) if os.path.exists(path) else pd.DataFrame(columns=['ticker', 'date'])

    def upsert_prices(self, ticker, new):
        both = pd.concat([self.prices(ticker), new]) if os.path.exists(self.path(ticker)) else new
        both = both.drop_duplicates(['ticker', 'date'], keep='last').sort_values('date')
        os.makedirs(self.folder, exist_ok=True)
        both.to_parquet(self.path(ticker), index=False)


def get_data_gaps(db, ticker, start, end):
    """Runs of weekdays that are not stored, as (first, last)."""
    expected = pd.bdate_range(start, end)
    stored = pd.to_datetime(db.prices(ticker)['date'])
    missing = expected.difference(pd.DatetimeIndex(stored))
    gaps = []
    for day in missing:
        if gaps and (day - gaps[-1][1]).days <= 4:
            gaps[-1][1] = day
        else:
            gaps.append([day, day])
    return gaps


def fetch_historical(ticker, first, last):
    seconds = lambda day: int(day.tz_localize('UTC').timestamp())
    response = requests.get(
        f'{url}/v8/finance/chart/{ticker}',
        params=dict(
            period1=seconds(first), period2=seconds(last + pd.Timedelta(days=1)), interval='1d', events='div,splits'
        ),
        headers={'User-Agent': 'Mozilla/5.0'},
        timeout=30,
    )
    response.raise_for_status()
    result = response.json()['chart']['result'][0]
    frame = pd.DataFrame(result['indicators']['quote'][0], index=pd.to_datetime(result['timestamp'], unit='s'))
    frame.insert(0, 'date', frame.index.normalize())
    frame.insert(0, 'ticker', ticker)
    return frame.dropna()


@delayed
def fetch_and_save_ticker(ticker, start, end):
    db = ParquetDB(store)
    records = 0
    for first, last in get_data_gaps(db, ticker, start, end):
        prices = fetch_historical(ticker, first, last)
        db.upsert_prices(ticker, prices)
        records += len(prices)
    return {'ticker': ticker, 'status': 'saved', 'records': records}


if __name__ == '__main__':
    tickers = [line.strip().replace('.', '-') for line in open(tickerfile) if line.strip()]
    tasks = [fetch_and_save_ticker(ticker, start, end) for ticker in tickers]
    with ProgressBar():
        results = dask.compute(*tasks, scheduler='threads', num_workers=int(workers))
    print(f'{len(tickers)} tickers, {sum(result["records"] for result in results)} rows')
