"""Dates as in HTTP headers, most of which there cannot be."""

from hypothesis import strategies as st


def odd_dates() -> st.SearchStrategy[str]:
    """Return dates with numbers of any size where there should be small ones."""
    few = st.integers(-1, 70).map("{:02}".format)
    year = st.one_of(st.integers(0, 10_000).map(str), st.just("9" * 400))
    zone = st.one_of(
        st.sampled_from(["GMT", "-0000", "", "+0000", "-2359", "+9999"]),
        st.integers(0, 10**20).map("+{}".format),
        st.integers(0, 10**20).map("-{}".format),
    )
    return st.builds("Fri, {} Dec {} {}:{}:{} {}".format, few, year, few, few, few, zone)
