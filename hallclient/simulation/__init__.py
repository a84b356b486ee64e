"""The hall as a game of chance: real stores, the real sync core, and everything that can fail."""
