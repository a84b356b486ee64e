"""Review of a case: its checklist, its flow, its deficiencies, promises, departments and clocks.

Pure: what a hall configures is data (`spec`), what is true of a case is a `CaseFacts` (`facts`),
and the other modules decide.
"""
