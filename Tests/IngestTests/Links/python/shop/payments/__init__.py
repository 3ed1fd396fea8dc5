from .card import Card, charge
from . import card

try:
    from .fast import refund
except ImportError:
    def refund(amount):
        return amount
