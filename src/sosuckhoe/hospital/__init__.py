"""The program the hospital runs. A later room knows the earlier ones, never the reverse:
journal, staff, patients, visits, delivery, web, config."""
