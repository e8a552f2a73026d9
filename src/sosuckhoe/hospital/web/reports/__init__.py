"""Reports (báo cáo): the six-month report in the exact layout of the plan, every cell opening its list."""
