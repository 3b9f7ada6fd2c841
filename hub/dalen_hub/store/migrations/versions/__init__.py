"""The migrations, one file a step. A released one is never changed."""
