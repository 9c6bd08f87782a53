"""The command line, `python -m repose COMMAND` or `repose COMMAND`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from repose.commands import COMMANDS
from repose.foundations.errors import exit_cleanly

STATUS = (
    "exit status: 0 done, 1 an error that you can mend or a check that failed, 2 wrong usage, 130 interrupted"
)
SHELLS = ("bash", "zsh", "tcsh")
FILES = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}  # how shtab completes names of files


def parser(program: str = "python -m repose") -> argparse.ArgumentParser:
    """All commands and their options."""
    everything = argparse.ArgumentParser(
        prog=program,
        description="Papers on human pose estimation, rebuilt as one pipeline.",
        epilog=f"`{program} COMMAND --help` tells more about a command.\n\n{STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    everything.add_argument("--version", nargs=0, action=Version, help="print the version and exit")
    everything.add_argument(
        "--print-completion", choices=SHELLS, action=Completion,
        help="print a script that makes a shell complete `repose`, and exit",
    )  # fmt: skip
    commands = everything.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"repose.commands.{name}")
        examples = "\n".join(f"  {program} {example}" for example in module.EXAMPLES)
        command = commands.add_parser(
            name,
            help=module.__doc__,
            description=module.__doc__,
            epilog=f"examples:\n{examples}\n\n{getattr(module, 'STATUS', STATUS)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add(command)
        command.set_defaults(run=module.run)
    return everything


class Version(argparse.Action):
    """Prints the version of the installed package, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"repose {version('repose')}")
        except PackageNotFoundError:
            parser.exit(1, "error: repose is not installed, only on the path; `pip install .` installs it\n")
        parser.exit()


class Completion(argparse.Action):
    """Prints what a shell must read to complete `repose`."""

    def __call__(
        self, here: argparse.ArgumentParser, _: Any, shell: str | Sequence[Any] | None, *__: Any
    ) -> None:
        import shtab

        everything = parser("repose")
        for action in paths_in(everything):
            action.complete = FILES  # type: ignore[attr-defined]
        print(shtab.complete(everything, str(shell)))
        here.exit()


def paths_in(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """The options and arguments of all commands that are names of files or folders."""
    found = []
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [one for own in action.choices.values() for one in paths_in(own)]
        elif action.type is Path:
            found.append(action)
    return found


def main() -> None:
    """Run one command; an error that the user can mend ends in one line."""
    program = "repose" if Path(sys.argv[0]).name == "repose" else "python -m repose"
    options = parser(program).parse_args()
    exit_cleanly(lambda: options.run(options))


if __name__ == "__main__":
    main()
