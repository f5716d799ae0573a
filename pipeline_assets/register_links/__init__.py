"""Our projects and the public registers: references, proposals, notices, and taking over an operator's projects."""
