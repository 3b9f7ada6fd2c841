"""The screens: how a house, its heat pumps and its hubs are set up."""
