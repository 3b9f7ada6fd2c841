"""The heat dynamics of one house, identified from its own measurements."""
