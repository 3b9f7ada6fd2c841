"""What the hub remembers: tables, migrations and the database that holds them."""
