"""Review as a hall writes it: checklists, flow, calendar read from files, each mistake placed."""
