"""LibCST's nodes made from an ``ast``: all that means something, without white space and comments.

The parser of ``ast`` is about ten times as fast as LibCST's, which keeps each blank. Facts ask for
neither blanks nor parentheses, so they are taken from such *light* trees; code that is rewritten or
shown is read by LibCST itself. Both have the same nodes in the same order.
"""
