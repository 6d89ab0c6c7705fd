"""What entry points reach: nodes, edges, events, and what functions do."""
