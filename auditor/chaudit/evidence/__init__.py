"""Evidence: sources, readings, snapshots and the views computed from them."""
