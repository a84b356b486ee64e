"""Many rows at once: tables as they come from spreadsheets, their columns, what becomes of them."""
