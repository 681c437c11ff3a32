"""The options of `source-klaviyo estimate`."""

from argparse import Action, ArgumentParser, ArgumentTypeError

from source_klaviyo.estimate.accounts import ACCOUNTS


def add_options(parser: ArgumentParser, names: type[Action]) -> None:
    """Add the options to `parser`; `names` is the action for a list of names."""
    parser.description = (
        f"{parser.description} The size of the account comes from the options; with --config,"
        " from a few hundred requests; otherwise from --account."
    )
    parser.add_argument("--config", help="JSON file of the configuration")
    parser.add_argument(
        "--account",
        choices=ACCOUNTS,
        default="medium",
        help="what to assume where nothing is known (%(default)s)",
    )
    parser.add_argument(
        "--streams",
        nargs="+",
        action=names,
        default=[],
        metavar="NAME",
        help="read these streams alone",
    )
    group = parser.add_argument_group("numbers of resources in the account")
    for name in ACCOUNTS["medium"]:
        group.add_argument(f"--{name}", metavar="N", type=_number)


def _number(text: str) -> int:
    digits = text.replace(",", "")
    if not digits.isdecimal():
        raise ArgumentTypeError(f"{text} is not a whole number")
    return int(digits)
