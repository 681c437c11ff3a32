"""What holds for all unit tests."""

from hypothesis import settings

# A machine that does other things besides is slow, and no test is to fail for that.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
