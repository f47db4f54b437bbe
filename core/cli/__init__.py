"""The command line: `wikics`. With --json a command prints one JSON document on stdout and nothing else there."""

import sys


def main() -> None:
    """The entry point: an error is one line on stderr and exit code 1."""
    try:
        # Whatever is imported here may be interrupted, and fail.
        from core.importing import importing_much

        with importing_much():
            from core.cli.ahead import begin_command

            asked = begin_command(sys.argv[1:])
            from core.cli.commands import app
        app(obj=asked)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  # nobody at a shell is shown a traceback
        from core.cli.console import err  # what writes is imported by who has to write
        from core.cli.failures import describe_failure

        err.print(f"wikics: {describe_failure(error)}", soft_wrap=True)
        sys.exit(1)
