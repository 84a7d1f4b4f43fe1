"""What a login costs over its life: prices of events, background work, and whole journeys."""
