"""The work list (việc cần làm): what is held back, why, by whom, how old; grouped by cause."""
