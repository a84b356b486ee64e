"""The store: one event log, the projections made from it, and nothing that decides."""
