"""Errors of the store. Each message tells the operator what to do."""


class StoreError(Exception):
    """The data folder or the database cannot be used as it is."""


class NewerSchemaError(StoreError):
    """The database was written by a newer hub than this one."""


class KeyFileError(StoreError):
    """A key file exists, but does not hold a key."""
