"""One event loop: asyncio and aiohttp for the fetches, pandas for the rest, one Parquet file a ticker.

usage: asyncio_pandas.py URL STORE IN_FLIGHT START END TICKERFILE
"""
import asyncio, os, sys
import aiohttp, pandas as pd

url, store, in_flight, start, end, tickerfile = sys.argv[1:7]
p1 = int(pd.Timestamp(start, tz='UTC').timestamp())
p2 = int((pd.Timestamp(end, tz='UTC') + pd.Timedelta(days=1)).timestamp())


async def one(session, room, ticker):
    async with room:
        params = dict(period1=p1, period2=p2, interval='1d', events='div,splits')
        async with session.get(f'{url}/v8/finance/chart/{ticker}', params=params) as response:
            response.raise_for_status()
            body = await response.json()
    result = body['chart']['result'][0]
    frame = pd.DataFrame(result['indicators']['quote'][0])
    frame.insert(0, 'ts', pd.to_datetime(result['timestamp'], unit='s').normalize())
    frame = frame.dropna()
    frame.to_parquet(f'{store}/{ticker}.parquet', index=False)
    return len(frame)


async def main():
    tickers = [line.strip().replace('.', '-') for line in open(tickerfile) if line.strip()]
    os.makedirs(store, exist_ok=True)
    room = asyncio.Semaphore(int(in_flight))
    async with aiohttp.ClientSession(headers={'User-Agent': 'Mozilla/5.0'}) as session:
        rows = await asyncio.gather(*[one(session, room, ticker) for ticker in tickers])
    print(f'{len(tickers)} tickers, {sum(rows)} rows')


asyncio.run(main())
