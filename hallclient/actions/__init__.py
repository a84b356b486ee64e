"""Use cases: one function per action. Each joins the store and the pure rules."""
