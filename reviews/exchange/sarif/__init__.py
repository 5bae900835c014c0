"""SARIF 2.1.0 (OASIS 2020), the form in which analysis tools exchange what they found."""

from reviews.exchange.sarif.reading import is_sarif, read, understood
from reviews.exchange.sarif.writing import write

__all__ = ["is_sarif", "read", "understood", "write"]
