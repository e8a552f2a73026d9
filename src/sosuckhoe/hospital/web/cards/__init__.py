"""Reception's desk with the portal: looking up a card, telling that a visit has begun."""
