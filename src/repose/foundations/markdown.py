"""A table in Markdown."""

from collections.abc import Iterable, Sequence


def markdown_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    escaped = [[text.replace("|", "\\|") for text in line] for line in lines]
    rule = ["---"] * len(header)
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(header), rule, *escaped]) + "\n"
