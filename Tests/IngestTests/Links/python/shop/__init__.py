from .orders import Order, place
from .payments import *
from . import payments as pay

__all__ = ["Order", "place"]
