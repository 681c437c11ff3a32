"""The options of `source-klaviyo estimate`."""

from argparse import Action, ArgumentParser

from source_klaviyo.estimate.accounts import ACCOUNTS


def add_options(parser: ArgumentParser, names: type[Action]) -> None:
    """Add the options to `parser`; `names` is the action for a list of names."""
    parser.description = (
        f"{parser.description} The size of the account is what the options say; with --config,"
        " what a few hundred requests find out; and else that of an account as --account says."
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
    group = parser.add_argument_group("how many there are of")
    for name in ACCOUNTS["medium"]:
        group.add_argument(f"--{name}", metavar="N", type=_number)


def _number(text: str) -> int:
    number = int(text.replace(",", ""))
    if number < 0:
        raise ValueError(text)
    return number
