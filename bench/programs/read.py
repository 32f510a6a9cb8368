"""Reads all bars of a store by one glob, again and again, warm. Prints the mean of one time as JSON.

usage: read.py pandas|polars STORE
"""
import json, os, sys, time

library, store = sys.argv[1:3]

if library == 'pandas':
    import pandas as pd

    def read():
        frame = pd.read_parquet(f'{store}/bars', columns=['ts', 'close', 'volume'])
        return len(frame), frame.close.sum()

else:
    import polars as pl

    def read():
        frame = pl.scan_parquet(f'{store}/bars/**/*.parquet').select('ts', 'close', 'volume').collect()
        return frame.height, frame['close'].sum()


read()
started, cpu, times = time.perf_counter(), time.process_time(), 0
while times < 3 or time.perf_counter() - started < 1:
    rows, _ = read()
    times += 1
wall, cpu = time.perf_counter() - started, time.process_time() - cpu
print(json.dumps({'wallMs': wall / times * 1000, 'cpuMs': cpu / times * 1000, 'rows': rows}))
