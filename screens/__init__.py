"""The screens: they show and ask, and decide nothing."""
