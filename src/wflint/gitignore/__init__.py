"""File patterns as git reads them."""
