from benchmarks import freshness
from benchmarks.options import Options


def test_the_second_sync_makes_the_fewest_requests() -> None:
    rows = {row.what: row for row in freshness.measure(Options(small=True))}

    again = rows["requests of the second sync"]
    assert again.met, again
    assert 0 < again.value < rows["requests of the first sync"].value
