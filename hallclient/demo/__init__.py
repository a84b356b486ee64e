"""The made-up hall: visitors, clerks and a clock of its own, for trying, tests and simulation."""

PASSWORD = "demo-demo"  # noqa: S105 - everybody's in a demo, and said on its screen
PHONE = "19900008888"
"""Of those whose bookings the person at the keyboard may check in; its end finds them."""
