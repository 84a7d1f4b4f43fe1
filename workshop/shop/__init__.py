"""The shop that labs play in: the real demo app under a policy that a learner can replace."""
