"""The runner: shows labs, judges what learners wrote, and proves that the labs are right."""
