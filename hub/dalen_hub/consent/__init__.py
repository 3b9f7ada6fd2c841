"""What residents agreed to, and the gate that holds the hub to it."""
