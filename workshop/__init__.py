"""The workshop: 13 labs on how a server knows its caller, each proven by attacks that run."""
