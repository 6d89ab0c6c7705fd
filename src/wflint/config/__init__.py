"""Settings: finding and reading them, their errors, target versions, environments."""
