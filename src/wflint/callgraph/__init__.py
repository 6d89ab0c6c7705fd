"""The graph of what entry points reach: nodes, edges, events, and effects of functions."""
