"""The rules, one module a subject. A new subject is a new line here."""

from ..rule import RULES
from . import card as card
from . import codes as codes
from . import dates as dates
from . import diagnoses as diagnoses
from . import hiv_tb as hiv_tb
from . import identity as identity
from . import medicines as medicines
from . import money as money
from . import papers as papers
from . import results as results
from . import services as services
from . import stay as stay
from . import totals as totals

__all__ = ["RULES"]

RULES.sort(key=lambda rule: (rule.id, rule.table))
