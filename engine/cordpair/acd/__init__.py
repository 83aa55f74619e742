"""Pure queueing and routing."""
