"""Reads a Microjoule recording: python3 read_recording.py FOLDER prints each channel's figures as JSON.

FOLDER is .../recordings/<id>. Needs numpy, and nothing of Microjoule.
"""

import json
import sys
from pathlib import Path

import numpy as np


def read_recording(folder):
    """Returns recording.json, the samples of each channel (lost ones are NaN) and the events."""
    folder = Path(folder)
    info = json.loads((folder / "recording.json").read_text())
    samples = {}
    for channel in info["channels"]:
        name = f"{channel['device']}.{channel['id']}"
        count = channel["count"] if info["finished"] else -1
        samples[name] = np.fromfile(folder / f"{name}.f32", "<f4", count)
    lines = (folder / "events.jsonl").read_text().splitlines()
    return info, samples, [json.loads(line) for line in lines if line]


if __name__ == "__main__":
    info, samples, events = read_recording(sys.argv[1])
    figures = {}
    for channel in info["channels"]:
        name = f"{channel['device']}.{channel['id']}"
        column = samples[name].astype(np.float64)
        figures[name] = {
            "count": len(column),
            "lost": int(np.isnan(column).sum()),
            "average": float(np.nanmean(column)),
            # A sample holds until the next: the sum over time is the sum of samples / rate.
            "integral": float(np.nansum(column) / channel["rate"]),
        }
    print(json.dumps({"channels": figures, "events": len(events)}))
