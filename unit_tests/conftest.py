"""What holds for all unit tests."""

import os

from hypothesis import settings

# A machine that does other things besides is slow, and no test is to fail for that. Examples are
# the same each time, so that a change is not refused for what was there before it. `make explore`
# draws others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
