"""The made-up hall: visitors, clerks and a clock of its own, for trying, tests and simulation."""
