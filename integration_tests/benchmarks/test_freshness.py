from benchmarks import freshness
from benchmarks.options import Options


def test_both_syncs_make_hardly_more_requests_than_the_fewest() -> None:
    rows = {row.what: row for row in freshness.measure(Options(small=True))}

    first = rows["requests of the first sync"]
    again = rows["requests of the second sync"]
    assert first.met, first
    assert again.met, again
    assert 0 < again.value < first.value
