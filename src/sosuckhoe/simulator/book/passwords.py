"""Hashing practice passwords: quickly, because they protect made-up people only."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class PracticeHasher(PBKDF2PasswordHasher):
    algorithm = "practice"
    iterations = 1000
