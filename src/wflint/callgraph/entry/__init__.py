"""Where workflow code begins: entry points, however they are written."""
