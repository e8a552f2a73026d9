"""The rules, one module a subject. A new subject is a new line here."""

from ..rule import RULES
from . import beds as beds
from . import benefit as benefit
from . import births as births
from . import card as card
from . import catalogued as catalogued
from . import check_ins as check_ins
from . import codes as codes
from . import dates as dates
from . import diagnoses as diagnoses
from . import doubles as doubles
from . import health_book as health_book
from . import hiv_tb as hiv_tb
from . import icd10 as icd10
from . import identity as identity
from . import inside_the_stay as inside_the_stay
from . import leave as leave
from . import linked_lines as linked_lines
from . import loaded_lists as loaded_lists
from . import long_term as long_term
from . import medicines as medicines
from . import money as money
from . import national_lists as national_lists
from . import operations as operations
from . import papers as papers
from . import parts as parts
from . import patient_fit as patient_fit
from . import repeated as repeated
from . import results as results
from . import services as services
from . import shares as shares
from . import spreadsheets as spreadsheets
from . import stay as stay
from . import totals as totals
from . import visit_kinds as visit_kinds

__all__ = ["RULES"]

RULES.sort(key=lambda rule: (rule.id, rule.table))
