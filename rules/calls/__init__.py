"""Rules about calls of activities, child workflows and their options."""
