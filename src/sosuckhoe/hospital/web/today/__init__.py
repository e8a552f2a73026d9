"""The home page (hôm nay): what needs me, how far today's visits came, what has waited longest."""
