"""The made-up hall: visitors, clerks and a clock of its own, for trying, tests and simulation."""

PASSWORD = "demo-demo"  # noqa: S105 - everybody's in a demo, and said on its screen
