"""Fixes and rules (sửa theo đề xuất, quy tắc): one change or many alike, standing by a value, weighing a rule."""
