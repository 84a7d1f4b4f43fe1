"""The sub-commands of `python -m bench`, one file each; bench/__main__.py lists them."""
