"""Names that come and go."""
