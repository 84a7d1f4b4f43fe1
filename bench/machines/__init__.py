"""More than one machine: Locust's master and workers, nodes by URL; docs/more-machines.md."""
