"""Which scheme for whom: a ranking from one run's own measurements and prices."""

from __future__ import annotations

from ..question import Question as Question
from .cost import Facts as Facts
from .facts import facts as facts
from .ranking import Advice as Advice
from .ranking import advise as advise
from .saying import answer as answer
from .saying import describe as describe
from .saying import say as say
