"""The commands, one module each: its docstring is the help, `EXAMPLES` stand below it.

A new command is a module with `EXAMPLES` (without the program's name), `add(parser)` and `run(options)` here,
and its name in `COMMANDS`. It imports what it needs when it runs: `--help` must not wait for torch. `run`
answers with the exit status, or None for 0; a module whose statuses mean something else says so in `STATUS`.
"""

COMMANDS = (  # as the help lists them
    "smoke", "repro", "check", "score", "predict", "compare", "track", "bench", "scale", "diagram", "readme",
)  # fmt: skip
