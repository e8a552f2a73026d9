"""Reports (báo cáo): counts that anyone can recount, each number opening its list."""
