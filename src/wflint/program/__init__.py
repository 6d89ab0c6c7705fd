"""What all modules say together: names, classes, calls, reach."""
