"""Scripts that make data which the course ships; each is run by hand, from the root of the repository."""
