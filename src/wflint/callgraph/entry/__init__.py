"""Entry points: the beginnings of workflow code, however they are written."""
