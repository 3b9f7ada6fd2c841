"""Who may come in where: the listeners of the hub, their TLS, and who is behind them."""
