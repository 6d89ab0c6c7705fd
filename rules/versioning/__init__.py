"""Rules about versions of workflow code, and about long histories."""
