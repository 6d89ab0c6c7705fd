"""The rules: what is wrong in workflow code, one file per rule, one folder per family."""
