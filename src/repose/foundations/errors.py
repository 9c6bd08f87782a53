"""The one exception for errors that a user can mend, and how a command ends with it."""

import os
import sys
from collections.abc import Callable


class ReposeError(Exception):
    """A sentence for the user: the file or key, what was found, what was expected, what to do."""


def exit_cleanly(command: Callable[[], int | None]) -> None:
    """Run a command; a `ReposeError` becomes one line on stderr and exit status 1, Ctrl-C status 130."""
    try:
        status = command() or 0
    except ReposeError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        status = 130
    except BrokenPipeError:  # the reader, such as `| head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    sys.exit(status)
