"""What names and expressions stand for, when all modules are known."""
