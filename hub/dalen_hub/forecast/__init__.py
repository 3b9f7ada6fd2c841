"""Forecast of the load that is not steered, as quantiles per quarter hour."""

import os

# Read when numpy is first imported, hence here. The matrices are small: more threads
# win nothing on a quiet machine and make a fit several times slower on a busy one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
