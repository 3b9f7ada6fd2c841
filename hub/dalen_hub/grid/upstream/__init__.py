"""The hub as a client (VEN) of the grid operator's (DSO's) OpenADR server."""
