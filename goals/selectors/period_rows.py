"""Where the numbers of a period are stored: the one statement that every reader starts from."""

# Gives (start, value, total, count, known_gaps, expected) for each period of ``key.source`` that
# begins from ``key.start`` to before ``key.until``; to be used LATERAL to ``key``. Where a series
# is measured (``key.own``), a period of its cadence is one measurement and nothing is stored
# beside it; coarser periods, totals over segments and formulas are rollups.
PERIOD_ROWS = """
    SELECT start, value, total, count, known_gaps, expected
    FROM kpi_rollups
    WHERE NOT key.own AND generation = %(generation)s AND grain = key.source
        AND series_id = key.series_id AND start >= key.start AND start < key.until
    UNION ALL
    SELECT on_date, value, value, (value IS NOT NULL)::int, (value IS NULL)::int, 1
    FROM measurements
    WHERE key.own AND series_id = key.series_id
        AND on_date >= key.start AND on_date < key.until
"""
