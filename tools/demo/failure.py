"""What ends the demo."""


class DemoError(Exception):
    """Something did not go as it must; the text is for the person who watches."""
