"""The pages (màn hình) of the hospital's program: one folder a family, all standing on ``shell``."""
