"""Work that is killed with SIGKILL at random moments, and the proof that nothing is lost, doubled or half done."""
