"""The record format: what a run leaves on disk, and all that a report may know of it.

A run is a folder with one SQLite file in it, `records.sqlite`, which anybody can query:
docs/records.md describes its tables.

Error tree:
    RecordError(ValueError)
        NotARun         no run, one of another format, or a file of another program
        DamagedRecord   a file that cannot be read; the message names it, and what can still be read
        NeverWritten    the bench ended before it recorded what is asked for
"""

from .file import FILE as FILE
from .file import GENERATED as GENERATED
from .file import IS_CHECKOUT as IS_CHECKOUT
from .file import DamagedRecord as DamagedRecord
from .file import NeverWritten as NeverWritten
from .file import NotARun as NotARun
from .file import RecordError as RecordError
from .file import find_run as find_run
from .store import CARD as CARD
from .store import Arrays as Arrays
from .store import Recorded as Recorded
from .store import forget_unfinished as forget_unfinished
from .store import read_all as read_all
from .store import read_arrays as read_arrays
from .store import read_cells as read_cells
from .store import read_environment as read_environment
from .store import read_parts as read_parts
from .store import read_run as read_run
from .store import write_cell as write_cell
from .store import write_environment as write_environment
from .store import write_part as write_part
from .store import write_results as write_results
from .store import write_run as write_run
from .types import Arm as Arm
from .types import Cell as Cell
from .types import Environment as Environment
from .types import Gate as Gate
from .types import Layer as Layer
from .types import Measure as Measure
from .types import Part as Part
from .types import Run as Run
from .types import State as State
