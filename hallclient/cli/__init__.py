"""The command line: the same actions as the screens, for people, scripts and other programs."""
