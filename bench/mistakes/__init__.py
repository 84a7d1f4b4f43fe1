"""Shows on the reader's own machine why the obvious way to measure is wrong; docs/mistakes.md."""
