"""What was delivered, what it cost each home, and what it is worth."""
