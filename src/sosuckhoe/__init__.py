"""Sổ Sức Khỏe: the hospital's side of the Electronic Health Book (Sổ sức khỏe điện tử)."""
