"""What the tests of deletes share."""

from integration_tests.connector.conftest import impatient

__all__ = ["impatient"]
