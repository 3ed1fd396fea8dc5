"""What the shop hands on."""
from .errors import ShopError, describe
from .stock import Shelf, Stock as Storage
from . import prices as pricing

__all__ = ["ShopError", "Shelf", "Storage", "describe", "pricing"]
