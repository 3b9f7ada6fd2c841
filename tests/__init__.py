"""Tests of Dalen: the home, the hub, and the chain between them."""
