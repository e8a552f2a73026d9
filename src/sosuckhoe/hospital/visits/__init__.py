"""Visits (đợt khám): one closed course of care, its frozen record versions, and what was found wrong in them."""
