"""Rules about how workflows and activities are defined, and what they are sent."""
