"""What ``wflint replay`` does: exported histories read, matched with code, stripped, counted."""
