"""Abstract replay: tells if runs that old code has begun can go on with new code."""
