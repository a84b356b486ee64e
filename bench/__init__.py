"""How fast hallclient is, beside floors measured in the same run: ``python -m bench``."""
