"""What was refused and what operators did: a log that shows every later change."""
