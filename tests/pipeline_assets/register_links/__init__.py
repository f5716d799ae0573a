"""Our projects and the public registers."""
