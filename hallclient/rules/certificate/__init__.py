"""Certificates (证照) and their codes: pure rules, no I/O, no clock, no randomness."""
