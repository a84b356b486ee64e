"""Forms as a hall writes them: read from files, checked, each mistake with its line."""
