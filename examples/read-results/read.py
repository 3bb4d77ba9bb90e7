# Prints p50 and p99 of every case in milliseconds: python3 read.py results.json
import json, statistics, sys

def figure(trials, name):
    summaries = [trial["latency"].get("summary") for trial in trials if trial["state"] == "valid"]
    values = [one["response"][name] for one in summaries if one and one["response"][name] is not None]
    return f"{statistics.median_low(values) * 1e3:.3f}" if values else "-"

for case in json.load(open(sys.argv[1]))["cases"]:
    print(case["id"], figure(case["trials"], "p50"), figure(case["trials"], "p99"))
