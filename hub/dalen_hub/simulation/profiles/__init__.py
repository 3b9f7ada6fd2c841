"""Register maps that the heat pump server can wear, as data files."""
