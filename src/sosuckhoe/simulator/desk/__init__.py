"""The trainer's desk: fault scenarios, clock, options, set-up, and the books that checkers read."""
