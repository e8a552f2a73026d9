"""What happens to people in the demo hospital: stories of illness as data, and the records they leave.

Codes of medicines, services, supplies and indicators are invented in the official form (numbers in 99…); disease
codes are of the list in force. Prices are round examples.
"""

from .lines import Scene
from .visit import compose

__all__ = ["Scene", "compose"]
