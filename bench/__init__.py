"""Benchmarks: ratios beside an anchor that is measured in the same run."""
