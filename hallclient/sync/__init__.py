"""Sync later: what a store and the hub say to each other, and the machine that decides what next.

Nothing here reads a clock, draws chance, opens a socket or starts a thread: `core` is handed the
time and the answers. So the same code runs in the desk, in ``hallclient sync`` and in the seeded
simulator.
"""
