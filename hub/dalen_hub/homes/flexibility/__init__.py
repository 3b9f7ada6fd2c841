"""What the heat pumps of a neighbourhood want, and how much less they can do with."""
