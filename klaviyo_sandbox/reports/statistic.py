"""The value of a statistic."""

Number = float | int | None
