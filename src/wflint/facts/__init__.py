"""What one module says, as plain data."""
